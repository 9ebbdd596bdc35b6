using System.Buffers.Binary;
using System.Text;

namespace BpfTrace.Bpf;

/// <summary>
/// A program's BTF as bytes: makes what LLVM emits fit for the kernel without renumbering any type. Layout:
/// Documentation/bpf/btf.rst; the kernel's rules: kernel/bpf/btf.c, the check_meta functions.
/// </summary>
internal static class BtfBlob
{
    private const ushort Magic = 0xeb9f;
    private const int HeaderSize = 24;
    private const int TypeSize = 12;

    private const int BTF_KIND_INT = 1, BTF_KIND_PTR = 2, BTF_KIND_ARRAY = 3, BTF_KIND_STRUCT = 4, BTF_KIND_UNION = 5,
        BTF_KIND_ENUM = 6, BTF_KIND_FUNC = 12, BTF_KIND_FUNC_PROTO = 13, BTF_KIND_VAR = 14,
        BTF_KIND_DATASEC = 15, BTF_KIND_DECL_TAG = 17, BTF_KIND_ENUM64 = 19;

    private const uint BTF_FUNC_STATIC = 0, BTF_FUNC_EXTERN = 2;

    /// <summary>The string at <paramref name="offset"/>, empty when the blob has none there.</summary>
    public static string StringAt(ReadOnlySpan<byte> btf, uint offset)
    {
        if (btf.Length < HeaderSize)
            return "";
        ReadOnlySpan<byte> strings = Strings(btf);
        if (offset >= strings.Length)
            return "";
        strings = strings[(int)offset..];
        int end = strings.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? strings : strings[..end]);
    }

    /// <summary>
    /// Rewrites the blob so that the kernel takes it, every type id unchanged:
    /// <list type="bullet">
    /// <item>VAR and DATASEC, which LLVM leaves without sizes and offsets, and tags, become <c>void *</c>: nothing the
    /// kernel looks at refers to them.</item>
    /// <item>The functions in <paramref name="staticFunctions"/> get static linkage, which the verifier demands of
    /// callbacks; extern linkage, which it refuses, becomes static too.</item>
    /// <item>Unnamed parameters get a name, structs with a name that is no C identifier lose it.</item>
    /// </list>
    /// </summary>
    /// <exception cref="BpfException">The blob is malformed.</exception>
    public static byte[] Sanitize(ReadOnlySpan<byte> btf, TypeIdSet staticFunctions, ReadOnlySpan<byte> lineTexts = default)
    {
        CheckHeader(btf);
        ReadOnlySpan<byte> types = Types(btf);
        ReadOnlySpan<byte> strings = Strings(btf);
        uint argumentName = (uint)strings.Length;
        var output = new ByteWriter(types.Length);

        uint id = 1;
        while (types.Length > 0)
        {
            if (types.Length < TypeSize)
                throw Malformed();
            uint info = BinaryPrimitives.ReadUInt32LittleEndian(types[4..]);
            int kind = (int)((info >> 24) & 0x1f);
            int size = TypeSize + TrailerSize(kind, (int)(info & 0xffff));
            if (types.Length < size)
                throw Malformed();
            Span<byte> copy = output.Append(types[..size]);
            switch (kind)
            {
                case BTF_KIND_VAR or BTF_KIND_DATASEC or BTF_KIND_DECL_TAG:
                    output.Truncate(output.Length - (size - TypeSize));
                    copy[..TypeSize].Clear();
                    BinaryPrimitives.WriteUInt32LittleEndian(copy[4..], BTF_KIND_PTR << 24);
                    break;
                case BTF_KIND_FUNC when (info & 0xffff) == BTF_FUNC_EXTERN || staticFunctions.Contains(id):
                    BinaryPrimitives.WriteUInt32LittleEndian(copy[4..], (info & ~0xffffU) | BTF_FUNC_STATIC);
                    break;
                case BTF_KIND_FUNC_PROTO:
                    NameParameters(copy[TypeSize..], argumentName);
                    break;
                case BTF_KIND_STRUCT or BTF_KIND_UNION or BTF_KIND_ENUM or BTF_KIND_ENUM64 when !HasIdentifier(copy, strings):
                    copy[..4].Clear();
                    break;
            }

            types = types[size..];
            id++;
        }

        return Assemble(output.Written, strings, ArgumentName, lineTexts);
    }

    /// <summary>The offset that strings added by <see cref="Sanitize"/> begin at.</summary>
    /// <exception cref="BpfException">The blob is malformed.</exception>
    public static uint FirstFreeString(ReadOnlySpan<byte> btf)
    {
        CheckHeader(btf);
        return (uint)(Strings(btf).Length + ArgumentName.Length);
    }

    private static ReadOnlySpan<byte> ArgumentName => "arg\0"u8;

    private static byte[] Assemble(ReadOnlySpan<byte> types, ReadOnlySpan<byte> strings, ReadOnlySpan<byte> extraString, ReadOnlySpan<byte> lineTexts)
    {
        int stringsLength = strings.Length + extraString.Length + lineTexts.Length;
        var result = new byte[HeaderSize + types.Length + stringsLength];
        Span<byte> header = result;
        BinaryPrimitives.WriteUInt16LittleEndian(header, Magic);
        header[2] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], HeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)types.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)types.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], (uint)stringsLength);
        types.CopyTo(header[HeaderSize..]);
        strings.CopyTo(header[(HeaderSize + types.Length)..]);
        extraString.CopyTo(header[(HeaderSize + types.Length + strings.Length)..]);
        lineTexts.CopyTo(header[(HeaderSize + types.Length + strings.Length + extraString.Length)..]);
        return result;
    }

    private static void CheckHeader(ReadOnlySpan<byte> btf)
    {
        if (btf.Length < HeaderSize || BinaryPrimitives.ReadUInt16LittleEndian(btf) != Magic)
            throw Malformed();
        ulong header = U32(btf, 4);
        if (header + U32(btf, 8) + U32(btf, 12) > (ulong)btf.Length
            || header + U32(btf, 16) + U32(btf, 20) > (ulong)btf.Length)
        {
            throw Malformed();
        }
    }

    private static ReadOnlySpan<byte> Types(ReadOnlySpan<byte> btf) =>
        btf.Slice((int)(U32(btf, 4) + U32(btf, 8)), (int)U32(btf, 12));

    private static ReadOnlySpan<byte> Strings(ReadOnlySpan<byte> btf) =>
        btf.Slice((int)(U32(btf, 4) + U32(btf, 16)), (int)U32(btf, 20));

    private static uint U32(ReadOnlySpan<byte> span, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(span[offset..]);

    private static int TrailerSize(int kind, int vlen) => kind switch
    {
        BTF_KIND_INT or BTF_KIND_VAR or BTF_KIND_DECL_TAG => 4,
        BTF_KIND_ARRAY => 12,
        BTF_KIND_STRUCT or BTF_KIND_UNION or BTF_KIND_DATASEC or BTF_KIND_ENUM64 => 12 * vlen,
        BTF_KIND_ENUM or BTF_KIND_FUNC_PROTO => 8 * vlen,
        <= BTF_KIND_ENUM64 and > 0 => 0,
        _ => throw new BpfException($"the object's BTF has a type of the unknown kind {kind}"),
    };

    // A FUNC's parameters must have names (btf_func_check); type 0 is the "..." of a variadic function.
    private static void NameParameters(Span<byte> parameters, uint name)
    {
        for (; parameters.Length >= 8; parameters = parameters[8..])
        {
            if (U32(parameters, 0) == 0 && U32(parameters, 4) != 0)
                BinaryPrimitives.WriteUInt32LittleEndian(parameters, name);
        }
    }

    private static bool HasIdentifier(ReadOnlySpan<byte> type, ReadOnlySpan<byte> strings)
    {
        uint offset = U32(type, 0);
        if (offset >= strings.Length)
            throw Malformed();
        for (int i = (int)offset; i < strings.Length && strings[i] != 0; i++)
        {
            char c = (char)strings[i];
            bool digitAllowed = i > offset;
            if (!(char.IsAsciiLetter(c) || c == '_' || (digitAllowed && char.IsAsciiDigit(c))))
                return false;
        }

        return true;
    }

    private static BpfException Malformed() => new("the object's BTF is malformed");
}

/// <summary>A set of BTF type ids.</summary>
internal sealed class TypeIdSet
{
    private bool[] _members = new bool[64];

    public void Add(uint id)
    {
        if (id >= _members.Length)
            Array.Resize(ref _members, checked((int)Math.Max(id + 1, _members.Length * 2)));
        _members[id] = true;
    }

    public bool Contains(uint id) => id < _members.Length && _members[id];
}
