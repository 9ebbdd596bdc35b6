using System.Text;

namespace BpfTrace.Bpf.Btf;

public sealed partial class BtfFile
{
    /// <summary>Lookups by search before the names of all types are hashed: one script asks for a handful, a listing for thousands.</summary>
    private const int SearchesBeforeIndex = 16;

    private const uint AnyKind = uint.MaxValue;

    private BtfNameIndex? _nameIndex;
    private BtfNameIndex? _functionIndex;
    private int _searches;

    /// <summary>The first type of a kind with a name, in the base first; null if there is none.</summary>
    /// <param name="name">The name without <c>struct</c>, <c>union</c> or <c>enum</c>.</param>
    /// <param name="kind">The kind. <see cref="BtfKind.Enum"/> finds 64-bit enumerations too.</param>
    public BtfType? FindByName(string name, BtfKind kind) => Find(name, MaskOf(kind));

    /// <summary>The first type of any kind with a name, in the base first; null if there is none.</summary>
    public BtfType? FindByName(string name) => Find(name, AnyKind);

    /// <summary>The first type of a kind with a name that belongs to this file itself, not to its base; null if there is none.</summary>
    public BtfType? FindOwnByName(string name, BtfKind kind)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        return FindOwn(bytes, MaskOf(kind));
    }

    /// <summary>The function of a name that belongs to this file itself, not to its base; null if there is none. Made for thousands of lookups.</summary>
    /// <param name="name">The name in UTF-8.</param>
    public BtfType? FindOwnFunction(ReadOnlySpan<byte> name)
    {
        int id = (_functionIndex ??= new BtfNameIndex(this, MaskOf(BtfKind.Func))).Find(name, MaskOf(BtfKind.Func));
        return id == 0 ? null : GetType(id);
    }

    /// <summary>The types of this file itself, of one kind, whose names begin with a prefix; in the order of their ids.</summary>
    public IEnumerable<BtfType> FindOwnByPrefix(string prefix, BtfKind kind)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(prefix);
        for (int i = 0; i < _ownCount; i++)
        {
            if (OwnKind(i) == kind && GetStringRest(ReadUInt32(_offsets[i])).StartsWith(bytes))
                yield return new BtfType(this, FirstTypeId + i, _offsets[i]);
        }
    }

    /// <summary>The kind of one of the file's own types, counted from 0.</summary>
    internal BtfKind OwnKind(int index) => BtfType.KindOf(ReadUInt32(_offsets[index] + 4));

    /// <summary>The name of one of the file's own types, counted from 0.</summary>
    internal ReadOnlySpan<byte> OwnName(int index) => GetStringBytes(ReadUInt32(_offsets[index]));

    private static uint MaskOf(BtfKind kind) => kind == BtfKind.Enum ? (1u << (int)BtfKind.Enum) | (1u << (int)BtfKind.Enum64) : 1u << (int)kind;

    private BtfType? Find(string name, uint kinds)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        return Base?.FindOwn(bytes, kinds) ?? FindOwn(bytes, kinds);
    }

    private BtfType? FindOwn(ReadOnlySpan<byte> name, uint kinds)
    {
        if (name.IsEmpty || name.Contains((byte)0))
            return null;
        BtfNameIndex? index = _nameIndex;
        if (index is null && Interlocked.Increment(ref _searches) > SearchesBeforeIndex)
            _nameIndex = index = new BtfNameIndex(this, AnyKind);
        int id = index is not null ? index.Find(name, kinds) : Search(name, kinds);
        return id == 0 ? null : GetType(id);
    }

    /// <summary>
    /// Finds the name in the string sections first (a vectorised search through 2 MB), then the type that has it. A name
    /// that occurs in no string section costs no look at the types at all.
    /// </summary>
    private int Search(ReadOnlySpan<byte> name, uint kinds)
    {
        List<int> candidates = []; // of int: its code is there, that of uint is not
        for (BtfFile? file = this; file is not null; file = file.Base)
            file.CollectStringOffsets(name, candidates);
        if (candidates.Count == 0)
            return 0;

        // The usual case is one offset: producers of BTF keep each string once.
        ReadOnlySpan<byte> data = Data;
        uint only = candidates.Count == 1 ? (uint)candidates[0] : 0;
        for (int i = 0; i < _ownCount; i++)
        {
            ReadOnlySpan<byte> type = data.Slice(_offsets[i], 8);
            uint nameOffset = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(type);
            if (only != 0 ? nameOffset != only : nameOffset == 0 || !candidates.Contains((int)nameOffset))
                continue;
            if ((kinds >> (int)BtfType.KindOf(System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(type[4..])) & 1) != 0)
                return FirstTypeId + i;
        }

        return 0;
    }

    /// <summary>
    /// Adds every offset at which a string equals the name. A name that only occurs as the tail of a longer string counts
    /// too, after the whole strings: the format allows it, though no known producer does it.
    /// </summary>
    private void CollectStringOffsets(ReadOnlySpan<byte> name, List<int> offsets)
    {
        ReadOnlySpan<byte> strings = Strings;
        Span<byte> needle = name.Length < 256 ? stackalloc byte[name.Length + 1] : new byte[name.Length + 1];
        name.CopyTo(needle);
        needle[name.Length] = 0;
        int position = 0;
        while (true)
        {
            int found = strings[position..].IndexOf(needle);
            if (found < 0)
                return;
            position += found;
            if (position == 0 || strings[position - 1] == 0 || HasTailNames)
                offsets.Add((int)(FirstStringOffset + position));
            position++;
        }
    }

    /// <summary>Whether some type's name begins in the middle of a string. Found out once, when the first tail turns up.</summary>
    private bool HasTailNames
    {
        get
        {
            if (_hasTailNames == 0)
                _hasTailNames = LookForTailNames() ? 1 : -1;
            return _hasTailNames > 0;
        }
    }

    private int _hasTailNames;

    private bool LookForTailNames()
    {
        ReadOnlySpan<byte> strings = Strings;
        for (int i = 0; i < _ownCount; i++)
        {
            long own = (long)ReadUInt32(_offsets[i]) - FirstStringOffset;
            if (own > 0 && own < strings.Length && strings[(int)own - 1] != 0)
                return true;
        }

        return false;
    }
}
