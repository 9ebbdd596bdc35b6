namespace BpfTrace.Bpf.Btf;

/// <summary>Natural alignments in bytes as a C compiler derives them. Remembers what it found: structures repeat a lot.</summary>
internal sealed class BtfAlignments
{
    private const int MaxDepth = 64;

    private readonly Dictionary<int, int> _known = [];

    /// <summary>The alignment of a type; 1 for what has none and for a packed structure.</summary>
    /// <exception cref="BtfFormatException">The type contains itself.</exception>
    public int Of(BtfType type) => Of(type, 0);

    /// <summary>Whether a structure must have been declared packed: members off their natural place, or an odd size.</summary>
    public bool IsPacked(BtfType type)
    {
        // A structure's own size and every member's place must fit the strictest member.
        int most = 1;
        foreach (BtfMember member in type.Members)
        {
            int alignment = Of(member.Type);
            most = Math.Max(most, alignment);
            if (member.BitfieldSize == 0 && member.BitOffset % (8 * alignment) != 0)
                return true;
        }

        return type.SizeOrType % (uint)most != 0;
    }

    private int Of(BtfType type, int depth)
    {
        if (depth > MaxDepth)
            throw type.Endless();
        switch (type.Kind)
        {
            case BtfKind.Int or BtfKind.Enum or BtfKind.Enum64 or BtfKind.Float:
                return (int)Math.Clamp(type.SizeOrType, 1u, 8u);
            case BtfKind.Ptr:
                return 8;
            case BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag or BtfKind.Array:
                return Of(type.Target, depth + 1);
            case BtfKind.Struct or BtfKind.Union:
                if (_known.TryGetValue(type.Id, out int known))
                    return known;
                int found = OfMembers(type, depth);
                _known[type.Id] = found;
                return found;
            default:
                return 1;
        }
    }

    private int OfMembers(BtfType type, int depth)
    {
        int most = 1;
        foreach (BtfMember member in type.Members)
        {
            int alignment = Of(member.Type, depth + 1);
            if (member.BitfieldSize == 0 && member.BitOffset % (8 * alignment) != 0)
                return 1;
            most = Math.Max(most, alignment);
        }

        return type.SizeOrType % (uint)most != 0 ? 1 : most;
    }
}
