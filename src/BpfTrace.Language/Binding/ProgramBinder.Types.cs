using BpfTrace.Language.Binding.Inference;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

internal sealed partial class ProgramBinder
{
    /// <summary>A type as written; the error type when it is unknown, which is then reported, or not known yet.</summary>
    /// <param name="syntax">The type.</param>
    /// <param name="whole">The type it is a part of, where an unknown one is reported.</param>
    private BpfType BindType(TypeSyntax syntax, TypeSyntax? whole = null)
    {
        whole ??= syntax;
        switch (syntax)
        {
            case NamedTypeSyntax named when FindMacroArgument(named.Name) is { Expression: TypeArgumentExpressionSyntax given } argument:
                return InFrameOf(argument, named.Span, () => BindType(given.Type));
            case NamedTypeSyntax named when FindMacroArgument(named.Name) is { } argument:
                return argument.Expression is IdentifierExpressionSyntax typeName
                    ? InFrameOf(argument, named.Span, () => BindType(new NamedTypeSyntax(typeName.Span, typeName.Name)))
                    : InvalidReplacement(argument, named.Name, whole);
            case TaggedTypeSyntax tagged when FindMacroArgument(tagged.Name) is { } argument:
                return TypeNameOf(argument.Expression) is { } name
                    ? InFrameOf(argument, tagged.Span, () => BindType(tagged with { Name = name }))
                    : InvalidReplacement(argument, tagged.Name, whole);
            case NamedTypeSyntax named:
                return FindNamedType(named.Name) ?? UnknownType(whole, named.Name);
            case TaggedTypeSyntax { Tag: TypeTag.Enum } tagged:
                return BindEnum(tagged, syntax);
            case TaggedTypeSyntax tagged:
                return (BpfType?)context.Types.FindStruct(tagged.Name, tagged.Tag == TypeTag.Union) ?? UnknownType(whole, tagged.FullName);
            case PointerTypeSyntax pointer:
                // A pointer to a structure nobody defines is only an address.
                BpfType target = pointer.Element is TaggedTypeSyntax { Tag: not TypeTag.Enum } opaque && context.Types.FindStruct(opaque.Name, opaque.Tag == TypeTag.Union) is null && !context.Types.HasKernelTypes
                    ? new StructType(opaque.Name, opaque.Tag == TypeTag.Union, 0, static () => [], "forward")
                    : BindType(pointer.Element, whole);
                return target is ErrorType ? target : new PointerType(target, AddressSpace.None);
            case ArrayTypeSyntax array:
                return BindArrayType(array, whole);
            case ExpressionTypeSyntax expression:
                return BindExpressionType(expression);
            default:
                return BpfType.Error;
        }
    }

    /// <summary>An enumeration by its name; an unknown one is told at <paramref name="place"/>.</summary>
    private BpfType BindEnum(TaggedTypeSyntax syntax, SyntaxNode place)
    {
        if (context.Types.FindEnum(syntax.Name) is { } found)
            return found.Widened;
        Diagnostics.ReportUnknownKernelType(At(place), $"Unknown enum: {syntax.Name}", NearestTypeHint("enum " + syntax.Name));
        return BpfType.Error;
    }

    private BpfType BindArrayType(ArrayTypeSyntax syntax, TypeSyntax whole)
    {
        BpfType element = BindType(syntax.Element, whole);
        int count = (int)Math.Min(syntax.Length, int.MaxValue);
        return element switch
        {
            StringType { Capacity: 0 } => new StringType(count),
            BufferType { Capacity: 0 } => new BufferType(count),
            InetType or ErrorType => element,
            _ => new ArrayType(element, count),
        };
    }

    /// <summary>The name a macro was given for a structure's.</summary>
    private static string? TypeNameOf(ExpressionSyntax expression) => expression switch
    {
        IdentifierExpressionSyntax identifier => identifier.Name,
        TypeArgumentExpressionSyntax { Type: NamedTypeSyntax named } => named.Name,
        TypeArgumentExpressionSyntax { Type: ExpressionTypeSyntax { Expression: IdentifierExpressionSyntax identifier } } => identifier.Name,
        _ => null,
    };

    private ErrorType InvalidReplacement(MacroArgument argument, string parameter, TypeSyntax whole)
    {
        Diagnostics.ReportTypeReplacement(new TextLocation(argument.Source, argument.Expression.Span), _frame!.Name, parameter, SyntaxPrinter.Print(whole));
        return BpfType.Error;
    }

    /// <summary><c>offsetof(t, f)</c> in a macro: one field may stand for a path the macro was given.</summary>
    private IReadOnlyList<string>? FieldPath(OffsetofExpressionSyntax syntax)
    {
        if (syntax.Fields is not [var only] || FindMacroArgument(only) is not { } argument)
            return syntax.Fields;
        var path = new List<string>();
        ExpressionSyntax part = argument.Expression;
        for (; part is MemberAccessExpressionSyntax access; part = access.Expression)
            path.Insert(0, access.Name);
        if (part is IdentifierExpressionSyntax first)
        {
            path.Insert(0, first.Name);
            return path;
        }
        if (path.Count == 0)
            return syntax.Fields;
        Diagnostics.ReportMacroArguments(
            new TextLocation(argument.Source, argument.Expression.Span),
            "FieldAccess expressions must be made up entirely of idents (e.g. a.b.c) to replace the second argument in `offsetof`");
        return null;
    }

    private BpfType? FindNamedType(string name) => context.Types.FindNamed(name);

    /// <summary>A type there is; where the kernel tells nothing of its types, that.</summary>
    private string? NearestTypeHint(string name) => DiagnosticBag.DidYouMean(context.Types.NearestName(name)) ?? (context.Types.HasKernelTypes ? null : NoKernelTypes);

    private const string NoKernelTypes =
        "The kernel has no type information (CONFIG_DEBUG_INFO_BTF, /sys/kernel/btf/vmlinux): its types have to be defined in the script, or included from its headers.";

    private ErrorType UnknownType(TypeSyntax syntax, string name)
    {
        // A tag, or a name in the kernel's manner, is the kernel's; any other is misspelt.
        string message = $"Cannot resolve unknown type \"{name}\"";
        string? why = DiagnosticBag.DidYouMean(context.Types.NearestName(name)) ?? context.Types.Binary?.Problem;
        if (name.Contains(' ', StringComparison.Ordinal) || name.EndsWith("_t", StringComparison.Ordinal))
            Diagnostics.ReportUnknownKernelType(At(syntax), message, why ?? NearestTypeHint(name));
        else
            Diagnostics.ReportUnknownType(At(syntax), message, why);
        return BpfType.Error;
    }

    /// <summary><c>typeof(e)</c>; a lone name may be a type; a map without key is its key's type.</summary>
    private BpfType BindExpressionType(ExpressionTypeSyntax syntax)
    {
        if (syntax.Expression is IdentifierExpressionSyntax identifier)
        {
            if (FindMacroArgument(identifier.Name) is { } argument)
                return InFrameOf(argument, identifier.Span, () => BindExpressionType(new ExpressionTypeSyntax(syntax.Span, argument.Expression)));
            if (FindNamedType(identifier.Name) is { } type)
                return type;
        }
        if (syntax.Expression is TypeArgumentExpressionSyntax nested)
            return BindType(nested.Type);
        if (syntax.Expression is MapExpressionSyntax map && store.GetMap(GetMap(map).Name) is { IsScalar: not true } types)
        {
            // Whether it has keys, its uses elsewhere say.
            if (types.IsScalar is null)
                Diagnostics.ReportUndefinedMap(At(map), map.Name);
            return types.Key ?? BpfType.Error;
        }
        _introspection++;
        BpfType result = BindExpression(syntax.Expression).Type;
        _introspection--;
        return result;
    }

    private BoundExpression BindSizeof(SizeofExpressionSyntax syntax)
    {
        string outer = _introspector;
        _introspector = "sizeof";
        BpfType type = syntax.Type is ExpressionTypeSyntax { Expression: MapExpressionSyntax map } ? BindExpression(map).Type : BindType(syntax.Type);
        _introspector = outer;
        return IsUnknown(type) ? Unknown(syntax.Span) : MakeInteger(syntax.Span, (ulong)SizeOf(type));
    }

    /// <summary>The size bpftrace gives: that of a stack or buffer is its own, not our record's.</summary>
    private static int SizeOf(BpfType type) => type.Size;

    private BoundExpression BindOffsetof(OffsetofExpressionSyntax syntax)
    {
        string outer = _introspector;
        _introspector = "offsetof";
        BpfType type = BindType(syntax.Type);
        _introspector = outer;
        if (IsUnknown(type))
            return Unknown(syntax.Span);
        if (type is PointerType pointer && syntax.Type is ExpressionTypeSyntax)
            type = pointer.Target;
        int bits = 0;
        if (FieldPath(syntax) is not { } path)
            return Unknown(syntax.Span);
        foreach (string name in path)
        {
            if (type is not StructType structure)
            {
                Diagnostics.ReportUnknownField(At(syntax), $"'{type}' is not a C type.", null);
                return Unknown(syntax.Span);
            }
            if (FindField(structure, name) is not { } field)
            {
                ReportNoField(syntax.Span, structure, name, $"'{structure.DisplayName}' has no field named '{name}'");
                return Unknown(syntax.Span);
            }
            bits += field.BitOffset;
            type = field.Type;
        }
        return MakeInteger(syntax.Span, (ulong)(bits / 8));
    }

    private BoundExpression BindTypeinfo(TypeinfoExpressionSyntax syntax)
    {
        CheckUnstable(syntax, "typeinfo", "unstable_typeinfo");
        BpfType type = BindType(syntax.Type);
        return IsUnknown(type) ? Unknown(syntax.Span) : MakeTypeinfo(syntax.Span, type);
    }

    /// <summary>Says once that a feature may change, or refuses it.</summary>
    private void CheckUnstable(SyntaxNode use, string feature, string key)
    {
        UnstableMode mode = context.Config.ModeOf(key);
        if (mode == UnstableMode.Error)
            Diagnostics.ReportUnstableRefused(At(use), feature, key);
        else if (mode == UnstableMode.Warn && _unstable.Add(key))
            Diagnostics.ReportUnstable(At(use), feature, key);
    }

    private static BoundTuple MakeTypeinfo(TextSpan span, BpfType type)
    {
        BoundExpression[] elements = [MakeInteger(span, 0UL), MakeString(span, TypeRules.KindName(type)), MakeString(span, type.DisplayName)];
        return new BoundTuple(span, TupleType.CreateRecord([("btf_id", elements[0].Type), ("base_type", elements[1].Type), ("full_type", elements[2].Type)]), [.. elements]);
    }

    private BoundExpression BindComptime(ComptimeExpressionSyntax syntax)
    {
        BoundExpression value = BindExpression(syntax.Expression);
        if (IsUnknown(value) || IsLiteral(value))
            return value;
        Diagnostics.ReportComptime(At(syntax));
        return Unknown(syntax.Span);
    }

    /// <summary>A condition that decides which branch exists; null when it is unknown (yet), which is then reported.</summary>
    private bool? EvaluateComptime(ComptimeExpressionSyntax syntax) =>
        store.Decide(new VariableKey(_probe.Index, _frame?.Expansion ?? 0, syntax.Span.Start, ""), () =>
        {
            BoundExpression value = BindComptime(syntax);
            return IsUnknown(value) || ToCondition(value) is not BoundConstant condition ? null : condition.Value != 0;
        });
}
