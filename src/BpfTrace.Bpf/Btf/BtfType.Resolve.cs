namespace BpfTrace.Bpf.Btf;

public readonly partial struct BtfType
{
    /// <summary>The longest chain of typedefs, qualifiers and arrays followed; the kernel refuses more than 32 (<c>MAX_RESOLVE_DEPTH</c>).</summary>
    private const int MaxDepth = 64;

    /// <summary>The deepest nesting of anonymous members searched.</summary>
    private const int MaxAnonymousDepth = 12;

    /// <summary>The type behind typedefs, qualifiers and type tags.</summary>
    /// <exception cref="BtfFormatException">The chain does not end.</exception>
    public BtfType Resolve()
    {
        BtfType type = this;
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            BtfKind kind = type.Kind;
            if (kind != BtfKind.Typedef && !IsModifierKind(kind))
                return type;
            type = type.Target;
        }

        throw Endless();
    }

    /// <summary>The type behind qualifiers and type tags, with a typedef kept.</summary>
    /// <exception cref="BtfFormatException">The chain does not end.</exception>
    public BtfType SkipModifiers()
    {
        BtfType type = this;
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            if (!type.IsModifier)
                return type;
            type = type.Target;
        }

        throw Endless();
    }

    /// <summary>
    /// The type's size in bytes behind typedefs and qualifiers; a pointer's is 8; 0 for <c>void</c>, functions and forward
    /// declarations.
    /// </summary>
    /// <exception cref="BtfFormatException">The type refers to itself, or the size is above 4 GB.</exception>
    public long Size
    {
        get
        {
            BtfType type = this;
            long elements = 1;
            for (int depth = 0; depth < MaxDepth; depth++)
            {
                BtfKind kind = type.Kind;
                switch (kind)
                {
                    case BtfKind.Int or BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64 or BtfKind.Float or BtfKind.DataSec:
                        return CheckSize(elements * type.SizeOrType);
                    case BtfKind.Ptr:
                        return CheckSize(elements * 8);
                    case BtfKind.Array:
                        elements = CheckSize(elements * type.ReadExtra(8));
                        if (elements == 0)
                            return 0;
                        break;
                    case BtfKind.Void or BtfKind.Func or BtfKind.FuncProto or BtfKind.Fwd or BtfKind.DeclTag:
                        return 0;
                }

                type = type.Target;
            }

            throw Endless();
        }
    }

    /// <summary>The type's natural alignment in bytes, as a C compiler derives it; 1 for what has none.</summary>
    public int Alignment => new BtfAlignments().Of(this);

    /// <summary>
    /// Finds a member by name, also inside of anonymous members. The result's offset counts from the start of this
    /// structure. Typedefs and qualifiers around this type are skipped.
    /// </summary>
    public bool TryFindMember(string name, out BtfMember member)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(name);
        return FindMember(Resolve(), bytes, 0, 0, out member);
    }

    /// <summary>
    /// The texts of the type tags on a type: for a pointer those on what it points to (<c>user</c> of <c>char __user *</c>),
    /// for another type its own. Outermost first.
    /// </summary>
    public IReadOnlyList<string> TypeTags
    {
        get
        {
            BtfType type = Resolve();
            type = type.Kind == BtfKind.Ptr ? type.Target : this;
            List<string>? tags = null;
            for (int depth = 0; depth < MaxDepth && type.IsModifier; depth++)
            {
                if (type.Kind == BtfKind.TypeTag)
                    (tags ??= []).Add(type.Name);
                type = type.Target;
            }

            return tags ?? (IReadOnlyList<string>)[];
        }
    }

    /// <summary>The address space that a pointer points into, by its type tags; <see cref="BtfAddressSpace.Kernel"/> without one.</summary>
    public BtfAddressSpace AddressSpace
    {
        get
        {
            foreach (string tag in TypeTags)
            {
                switch (tag)
                {
                    case "user":
                        return BtfAddressSpace.User;
                    case "percpu":
                        return BtfAddressSpace.PerCpu;
                    case "rcu":
                        return BtfAddressSpace.Rcu;
                }
            }

            return BtfAddressSpace.Kernel;
        }
    }

    private static bool FindMember(BtfType composite, ReadOnlySpan<byte> name, int baseBits, int depth, out BtfMember member)
    {
        if (depth > MaxAnonymousDepth)
            throw composite.Endless();
        int count = composite.IsComposite ? composite.ElementCount : 0;
        for (int i = 0; i < count; i++)
        {
            BtfMember candidate = BtfMember.Read(composite, i);
            ReadOnlySpan<byte> candidateName = candidate.NameUtf8;
            if (candidateName.SequenceEqual(name))
            {
                member = candidate.MovedBy(baseBits);
                return true;
            }

            if (candidateName.IsEmpty && FindMember(candidate.Type.SkipModifiers(), name, candidate.MovedBy(baseBits).BitOffset, depth + 1, out member))
                return true;
        }

        member = default;
        return false;
    }

    private static long CheckSize(long size)
        => size <= uint.MaxValue ? size : throw new BtfFormatException($"BTF type of {size} bytes.");

    internal BtfFormatException Endless() => new($"BTF type {Id} refers to itself.");
}
