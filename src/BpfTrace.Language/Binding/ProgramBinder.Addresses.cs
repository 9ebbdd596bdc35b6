using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    internal BoundExpression BindSymbol(CallExpressionSyntax call, BpfType type)
    {
        BoundExpression address = BindArgumentValue(call.Arguments[0]);
        if (IsUnknown(address))
            return Unknown(call.Span);
        if (!TypeRules.IsInteger(address.Type) && address.Type is not PointerType)
        {
            Diagnostics.ReportArgumentType(At(call), $"{call.Name}() expects an integer or pointer argument");
            return Unknown(call.Span);
        }
        return MakeCall(call, type, ToAddress(address));
    }

    internal BoundExpression BindKaddr(CallExpressionSyntax call)
    {
        if (StringLiteral(call, 0) is not { } name)
            return Unknown(call.Span);
        if (context.Catalog.KernelSymbolAddress(name) is { } address)
            return new BoundConversion(call.Span, IntegerType.UInt64 with { Space = AddressSpace.Kernel }, new BoundConstant(call.Span, IntegerType.UInt64, unchecked((long)address)));
        Diagnostics.ReportUnknownSymbol(At(call), $"Failed to resolve kernel symbol: {name}");
        return Unknown(call.Span);
    }

    internal BoundExpression BindPercpuKaddr(CallExpressionSyntax call)
    {
        if (StringLiteral(call, 0) is not { } name)
            return Unknown(call.Span);
        if (context.Catalog.KernelSymbolAddress(name) is not { } address)
        {
            Diagnostics.ReportUnknownSymbol(
                At(call), $"Could not resolve variable \"{name}\" from BTF", context.Catalog.KernelSymbolAddress("__per_cpu_offset") is null ? "/proc/kallsyms has no addresses of variables here (CONFIG_KALLSYMS_ALL)." : null);
            return Unknown(call.Span);
        }
        if (context.Catalog.KernelSymbolAddress("__per_cpu_offset") is not { } offsets)
        {
            Diagnostics.ReportUnknownSymbol(At(call), "Failed to resolve kernel symbol: __per_cpu_offset");
            return Unknown(call.Span);
        }
        var arguments = new List<BoundExpression>
        {
            new BoundConstant(call.Span, IntegerType.UInt64, unchecked((long)address)),
            new BoundConstant(call.Span, IntegerType.UInt64, unchecked((long)offsets)),
        };
        if (call.Arguments.Length == 2)
        {
            BoundExpression cpu = BindArgumentValue(call.Arguments[1]);
            if (!RequireInteger(call, cpu))
                return Unknown(call.Span);
            arguments.Add(Convert(cpu, IntegerType.UInt32));
        }
        return MakeCall(call, IntegerType.UInt64 with { Space = AddressSpace.Kernel }, [.. arguments]);
    }

    internal BoundExpression BindUaddr(CallExpressionSyntax call)
    {
        if (StringLiteral(call, 0) is not { } name)
            return Unknown(call.Span);
        UserFunction? symbol = context.Catalog.UserSymbol(_probe.Target.Target, name);
        if (symbol is null)
        {
            Diagnostics.ReportUnknownSymbol(At(call), $"Could not resolve symbol: {_probe.Target.Target}:{name}");
            return Unknown(call.Span);
        }
        int bits = symbol.Size is 1 or 2 or 4 ? (int)symbol.Size * 8 : 64;
        var type = new PointerType(new IntegerType(bits, true), AddressSpace.User);
        BoundConstant address = new(call.Span, IntegerType.UInt64, unchecked((long)symbol.Address));
        return ProbeAddress() is { } probe
            ? MakeCall(call.Span, call.Name, type, name, address, new BoundConstant(call.Span, IntegerType.UInt64, unchecked((long)probe)))
            : MakeCall(call.Span, call.Name, type, name, address);
    }

    /// <summary>
    /// The probe's address as its file has it: what the place it is hit at differs by, everything else of the file does. Null when the file has no
    /// function that tells where its code is meant to lie.
    /// </summary>
    private ulong? ProbeAddress()
    {
        AttachTarget target = _probe.Target;
        UserFunction? function = target.Name.Length > 0 && _probe.Type != ProbeType.Usdt ? context.Catalog.UserFunctions(target.Target, target.Name).FirstOrDefault() : null;
        function ??= context.Catalog.UserFunctions(target.Target, "*").FirstOrDefault();
        return function is null ? null : target.Address + function.Address - function.FileOffset;
    }

    internal BoundExpression BindReg(CallExpressionSyntax call)
    {
        if (StringLiteral(call, 0) is not { } name)
            return Unknown(call.Span);
        if (!Registers.Contains(name))
        {
            Diagnostics.ReportArgumentRange(At(call), $"'{name}' is not a valid register on this architecture (x86_64)");
            return Unknown(call.Span);
        }
        return MakeCall(call.Span, call.Name, IntegerType.UInt64 with { Space = DefaultSpace }, name);
    }

    /// <summary>x86_64's names as bpftrace has them; <c>pc</c> and <c>orig_ax</c> are other names of <c>ip</c> and <c>orig_rax</c>.</summary>
    private static ImmutableArray<string> Registers { get; } =
    [
        "r15", "r14", "r13", "r12", "bp", "bx", "r11", "r10", "r9", "r8", "ax", "cx", "dx", "si", "di", "orig_rax", "orig_ax", "ip", "pc",
        "cs", "flags", "sp", "ss",
    ];

    internal BoundExpression BindSpace(CallExpressionSyntax call, AddressSpace space)
    {
        BoundExpression address = BindArgumentValue(call.Arguments[0]);
        switch (address.Type)
        {
            case ErrorType:
                return Unknown(call.Span);
            case PointerType pointer:
                return new BoundConversion(call.Span, pointer with { Space = space }, address);
            case IntegerType or EnumType:
                return new BoundConversion(call.Span, TypeRules.AsInteger(address.Type)! with { Space = space }, address);
            default:
                Diagnostics.ReportArgumentType(At(call), $"{call.Name}() only supports integer or pointer arguments ({TypeRules.KindName(address.Type)} provided)");
                return Unknown(call.Span);
        }
    }

    internal BoundExpression BindNtop(CallExpressionSyntax call)
    {
        BoundExpression family = new BoundConstant(call.Span, IntegerType.Int64, 0);
        if (call.Arguments.Length == 2)
        {
            BoundExpression given = BindArgumentValue(call.Arguments[0]);
            if (!RequireInteger(call, given))
                return Unknown(call.Span);
            family = Convert(given, IntegerType.Int64);
        }
        BoundExpression address = BindArgumentValue(call.Arguments[^1]);
        if (IsUnknown(address))
            return Unknown(call.Span);
        if (!TypeRules.IsInteger(address.Type) && address.Type is not (StringType or ArrayType))
        {
            Diagnostics.ReportArgumentType(At(call), $"ntop() expects an integer or array argument, got {TypeRules.KindName(address.Type)}");
            return Unknown(call.Span);
        }
        if (address.Type is StringType or ArrayType && address.Type.Size is not (4 or 16))
        {
            Diagnostics.ReportArgumentType(At(call), "ntop() argument must be 4 or 16 bytes in size");
            return Unknown(call.Span);
        }
        return MakeCall(call, new InetType(), family, address);
    }

    /// <summary><c>pton("127.0.0.1")</c>: the address's bytes, known here.</summary>
    internal BoundExpression BindPton(CallExpressionSyntax call)
    {
        if (BindExpression(call.Arguments[0]) is not BoundString)
        {
            Diagnostics.ReportLiteralRequired(At(call), "pton() expects an string literal at the first argument");
            return Unknown(call.Span);
        }
        string text = StringLiteral(call, 0)!;
        if (!text.Contains('.', StringComparison.Ordinal) && !text.Contains(':', StringComparison.Ordinal))
        {
            Diagnostics.ReportArgumentRange(At(call), $"pton() expects an string argument of an IPv4/IPv6 address, got {text}");
            return Unknown(call.Span);
        }
        bool isVersion4 = text.Contains('.', StringComparison.Ordinal);
        if (!IPAddress.TryParse(text, out IPAddress? address) || (isVersion4 && text.Split('.').Length != 4)
            || address.AddressFamily != (isVersion4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6))
        {
            Diagnostics.ReportArgumentRange(At(call), $"pton() expects a valid IPv4/IPv6 address, got {text}");
            return Unknown(call.Span);
        }
        byte[] bytes = address.GetAddressBytes();
        return new BoundConversion(call.Span, new ArrayType(IntegerType.UInt8, bytes.Length), new BoundString(call.Span, new StringType(bytes.Length), [.. bytes]));
    }

    internal BoundExpression BindMacaddr(CallExpressionSyntax call)
    {
        BoundExpression address = BindArgumentValue(call.Arguments[0]);
        if (IsUnknown(address))
            return Unknown(call.Span);
        if (!TypeRules.IsInteger(address.Type) && address.Type is not (ArrayType or PointerType or StringType or BufferType))
        {
            Diagnostics.ReportArgumentType(At(call), $"macaddr() only supports array or pointer arguments ({TypeRules.KindName(address.Type)} provided)");
            return Unknown(call.Span);
        }
        if (address is BoundString)
        {
            Diagnostics.ReportArgumentType(At(call), "macaddr() does not support literal string arguments");
            return Unknown(call.Span);
        }
        if (address.Type is ArrayType or StringType && address.Type.Size < 6)
        {
            Diagnostics.ReportArgumentType(At(call), "macaddr() argument must be at least 6 bytes in size");
            return Unknown(call.Span);
        }
        if (TypeRules.IsInteger(address.Type) || address.Type is PointerType { Space: AddressSpace.None })
            address = new BoundConversion(address.Span, new PointerType(IntegerType.UInt8, SpaceOf(address.Type)), address);
        return MakeCall(call, new MacAddressType(), address);
    }

    internal BoundExpression BindCgroupId(CallExpressionSyntax call)
    {
        if (StringLiteral(call, 0) is not { } path)
            return Unknown(call.Span);
        if (context.Catalog.CgroupId(path) is { } id)
            return new BoundConstant(call.Span, IntegerType.UInt64, unchecked((long)id));
        Diagnostics.ReportUnknownSymbol(At(call), $"Failed to get cgroup id of {path}");
        return Unknown(call.Span);
    }

    internal BoundExpression BindCgroupPath(CallExpressionSyntax call)
    {
        BoundExpression id = BindArgumentValue(call.Arguments[0]);
        string? filter = call.Arguments.Length == 2 ? StringLiteral(call, 1) : "";
        if (filter is null || IsUnknown(id) || !RequireInteger(call, id))
            return Unknown(call.Span);
        return MakeCall(call.Span, call.Name, new CgroupPathType(), IndexOf(_cgroupFilters, filter), Convert(id, IntegerType.UInt64));
    }

    internal BoundExpression BindBswap(CallExpressionSyntax call)
    {
        BoundExpression number = BindArgumentValue(call.Arguments[0]);
        if (IsUnknown(number))
            return Unknown(call.Span);
        if (TypeRules.AsInteger(number.Type) is not { } integer)
        {
            Diagnostics.ReportArgumentType(At(call), $"bswap() only supports integer arguments ({TypeRules.KindName(number.Type)} provided)");
            return Unknown(call.Span);
        }
        var type = new IntegerType(integer.Bits, false);
        return MakeCall(call, type, Convert(number, type));
    }

    /// <summary>The kernel's <c>IS_ERR</c>: the last 4095 addresses are error numbers.</summary>
    internal BoundExpression BindIsErr(CallExpressionSyntax call)
    {
        BoundExpression value = BindArgumentValue(call.Arguments[0]);
        if (IsUnknown(value))
            return Unknown(call.Span);
        return new BoundBinary(call.Span, BpfType.Bool, ToAddress(value), BinaryOperator.GreaterOrEqual, new BoundConstant(call.Span, IntegerType.UInt64, -4095));
    }

    internal BoundExpression BindSocketCookie(CallExpressionSyntax call)
    {
        BoundExpression socket = BindArgumentValue(call.Arguments[0]);
        if (socket.Type is PointerType { Target: StructType { Name: "sock" } } || IsUnknown(socket))
            return IsUnknown(socket) ? socket : MakeCall(call, IntegerType.UInt64, socket);
        if (socket.Type is not PointerType)
        {
            Diagnostics.ReportArgumentType(At(call), $"socket_cookie() only supports pointer arguments ({TypeRules.KindName(socket.Type)} provided)");
            return Unknown(call.Span);
        }
        string provided = socket.Type is PointerType { Target: StructType other } ? $"'{other.DisplayName} *'" : TypeRules.KindName(socket.Type);
        Diagnostics.ReportArgumentType(At(call), $"socket_cookie() only supports 'struct sock *' as the argument ({provided} provided)");
        return Unknown(call.Span);
    }

    internal BoundExpression BindUsdtArgument(CallExpressionSyntax call)
    {
        if (_probe.Type != ProbeType.Usdt)
        {
            Diagnostics.ReportNotInProbe(At(call), $"usdt_arg can not be used with \"{_probe.TypeName}\" probes");
            return Unknown(call.Span);
        }
        BoundExpression index = BindArgumentValue(call.Arguments[0]);
        if (!RequireInteger(call, index))
            return Unknown(call.Span);
        if (NonNegativeLiteral(index) is { } literal)
            return MakeUsdtArgument(call, (int)Math.Min(literal, int.MaxValue));

        // Which one is known only when it runs: a choice among those there are.
        BoundExpression chosen = new BoundConstant(call.Span, IntegerType.UInt64 with { Space = AddressSpace.User }, 0);
        int count = _probe.Target.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        VariableSymbol held = NewTemporary(call.Span, IntegerType.UInt64);
        for (int i = count - 1; i >= 0; i--)
        {
            var isThis = new BoundBinary(call.Span, BpfType.Bool, new BoundVariable(call.Span, held), BinaryOperator.Equal, new BoundConstant(call.Span, IntegerType.UInt64, i));
            BoundExpression argument = MakeUsdtArgument(call, i);
            if (IsUnknown(argument))
                return argument;
            chosen = new BoundConditional(call.Span, argument.Type, isThis, argument, chosen);
        }
        return new BoundBlockExpression(call.Span, chosen.Type, [new BoundAssignVariable(call.Span, held, Convert(index, IntegerType.UInt64))], chosen);
    }

    /// <summary><c>container_of(p, typeof(struct S), member)</c>.</summary>
    internal BoundExpression BindContainerOf(CallExpressionSyntax call)
    {
        BoundExpression pointer = BindArgumentValue(call.Arguments[0]);
        BpfType type = call.Arguments[1] is TypeArgumentExpressionSyntax argument ? BindType(argument.Type)
            : BindExpressionType(new ExpressionTypeSyntax(call.Arguments[1].Span, call.Arguments[1]));
        if (IsUnknown(pointer) || IsUnknown(type))
            return Unknown(call.Span);
        if (type is not StructType structure || call.Arguments[2] is not IdentifierExpressionSyntax member)
        {
            Diagnostics.ReportUnknownField(At(call), $"'{type}' is not a C type.", null);
            return Unknown(call.Span);
        }
        if (FindField(structure, member.Name) is not { } field)
        {
            ReportNoField(call.Span, structure, member.Name, $"'{structure.DisplayName}' has no field named '{member.Name}'");
            return Unknown(call.Span);
        }
        var target = new PointerType(structure, SpaceOf(pointer.Type));
        return new BoundBinary(call.Span, target, new BoundConversion(call.Span, target, pointer), BinaryOperator.Subtract, new BoundConstant(call.Span, IntegerType.Int64, field.Offset));
    }
}
