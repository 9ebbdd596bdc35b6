using System.Collections.Immutable;

namespace BpfTrace.Bpf.Dwarf;

/// <summary>Where a parameter is when its function is entered.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Registers">
/// The value's eight-byte words in order, each by the number of the integer register it is in (0 is the first argument's, see
/// <see cref="Architecture.ArgumentOffset"/>), or -1 for a floating-point register. Empty for a value on the stack, or one without content.
/// </param>
/// <param name="StackOffset">Bytes from the first argument on the stack, see <see cref="Architecture.FirstStackArgumentOffset"/>; -1 for a value in registers.</param>
/// <param name="IsAddress">True when what is passed is the address of the value: a C++ class with a copy constructor or destructor.</param>
public sealed record DwarfArgument(DwarfParameter Parameter, ImmutableArray<int> Registers, int StackOffset, bool IsAddress);

/// <summary>
/// The calling convention of x86_64 Linux (System V ABI, AMD64 supplement, 3.2.3 "Parameter Passing"), as C, C++ and Rust's <c>extern "C"</c> use it.
/// </summary>
public static class DwarfArguments
{
    private const int WordSize = 8;
    private const int FloatRegisterCount = 8;

    // Types in types; a file that is damaged may have one in itself.
    private const int MostNested = 32;

    private enum Class
    {
        None,
        Integer,
        Float,
        Memory,
    }

    /// <summary>Finds a function's parameters.</summary>
    public static ImmutableArray<DwarfArgument> Locate(DwarfFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        var arguments = ImmutableArray.CreateBuilder<DwarfArgument>(function.Parameters.Length);

        // A result that does not fit registers goes to an address the caller passes as if it were the first argument.
        int integers = function.ReturnType?.Resolve() is { IsComposite: true } result && (result.IsPassedByReference || Classify(result) is [Class.Memory, ..]) ? 1 : 0;
        int floats = 0, stack = 0;
        foreach (DwarfParameter parameter in function.Parameters)
        {
            DwarfType? type = parameter.Type?.Resolve();
            bool isAddress = type is { IsComposite: true, IsPassedByReference: true };
            Class[] classes = isAddress ? [Class.Integer] : Classify(type);
            int wantedIntegers = classes.Count(static c => c == Class.Integer), wantedFloats = classes.Count(static c => c == Class.Float);
            if (classes is [Class.Memory, ..] || integers + wantedIntegers > Architecture.RegisterArgumentCount || floats + wantedFloats > FloatRegisterCount)
            {
                if (type is { Kind: DwarfTypeKind.Base, Size: 16 })
                    stack = (stack + 15) / 16 * 16;
                arguments.Add(new DwarfArgument(parameter, [], stack, isAddress));
                stack += Math.Max(1, (int)((SizeOf(type) + WordSize - 1) / WordSize)) * WordSize;
                continue;
            }

            var registers = ImmutableArray.CreateBuilder<int>(classes.Length);
            foreach (Class word in classes)
            {
                if (word == Class.Integer)
                {
                    registers.Add(integers++);
                }
                else if (word == Class.Float)
                {
                    registers.Add(-1);
                    floats++;
                }
            }

            arguments.Add(new DwarfArgument(parameter, registers.ToImmutable(), -1, isAddress));
        }

        return arguments.MoveToImmutable();
    }

    /// <summary>Bytes of a value; 0 for an array that is too large, or whose elements are arrays without end.</summary>
    private static long SizeOf(DwarfType? type, int depth = 0) => type is null ? WordSize
        : type.Kind is DwarfTypeKind.Array ? ArraySize(type, depth)
        : type.Size > 0 ? type.Size : WordSize;

    private static long ArraySize(DwarfType array, int depth = 0)
    {
        if (depth > MostNested || array.Target?.Resolve() is not { } element)
            return 0;
        Int128 size = SizeOf(element, depth + 1);
        foreach (long count in array.Dimensions)
        {
            size *= Math.Max(count, 0);
            if (size > int.MaxValue)
                return 0;
        }

        return (long)size;
    }

    /// <summary>The class of each eight bytes of a value; one that says memory for a value on the stack.</summary>
    private static Class[] Classify(DwarfType? type)
    {
        if (type is null or { Kind: DwarfTypeKind.Pointer or DwarfTypeKind.Reference or DwarfTypeKind.RvalueReference or DwarfTypeKind.Enumeration })
            return [Class.Integer];
        if (type.Kind == DwarfTypeKind.PointerToMember)
            return type.Size > WordSize ? [Class.Integer, Class.Integer] : [Class.Integer];
        if (type.IsComposite)
        {
            if (type.Size is 0 or > 2 * WordSize)
                return type.Size == 0 ? [] : [Class.Memory];
            var words = new Class[(int)((type.Size + WordSize - 1) / WordSize)];
            Merge(type, 0, words, 0);
            return Array.IndexOf(words, Class.Memory) >= 0 ? [Class.Memory] : words;
        }

        return type switch
        {
            // x87's extended precision; __float128 is in an SSE register.
            { Kind: DwarfTypeKind.Base, Encoding: DwarfEncoding.Float, Size: 16 } => type.Name is "long double" ? [Class.Memory] : [Class.Float],
            { Kind: DwarfTypeKind.Base, Encoding: DwarfEncoding.Float, Size: > 16 } => [Class.Memory],
            { Kind: DwarfTypeKind.Base, Encoding: DwarfEncoding.Float } => [Class.Float],
            { Kind: DwarfTypeKind.Base, Size: 16 } => [Class.Integer, Class.Integer],
            _ => [Class.Integer],
        };
    }

    private static void Merge(DwarfType? type, long offset, Class[] words, int depth)
    {
        type = type?.Resolve();
        if (depth > MostNested || offset < 0 || offset / WordSize >= words.Length)
            return;
        if (type is { IsComposite: true })
        {
            foreach (DwarfMember member in type.Members)
            {
                if (member.BitSize > 0)
                    Set(words, offset + (member.BitOffset / 8), Class.Integer);
                else
                    Merge(member.Type, offset + (member.BitOffset / 8), words, depth + 1);
            }
        }
        else if (type is { Kind: DwarfTypeKind.Array })
        {
            long size = type.Target?.Resolve() is { } element ? SizeOf(element) : 0;
            long count = size == 0 ? 0 : Math.Min(ArraySize(type) / size, 2 * WordSize);
            for (long i = 0; i < count; i++)
                Merge(type.Target, offset + (i * size), words, depth + 1);
        }
        else
        {
            // A member that is not aligned (a packed structure) sends the whole to memory.
            long size = SizeOf(type);
            Class[] own = size <= WordSize && offset % size != 0 ? [Class.Memory] : Classify(type);
            for (int i = 0; i < own.Length; i++)
                Set(words, offset + (i * WordSize), own[i]);
        }
    }

    private static void Set(Class[] words, long offset, Class found)
    {
        int word = (int)(offset / WordSize);
        if (word >= words.Length)
            return;
        words[word] = (words[word], found) switch
        {
            (Class.None, _) => found,
            (Class.Memory, _) or (_, Class.Memory) => Class.Memory,
            (Class.Integer, _) or (_, Class.Integer) => Class.Integer,
            _ => Class.Float,
        };
    }
}
