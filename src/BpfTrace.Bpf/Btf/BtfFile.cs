using System.Buffers.Binary;
using System.Text;

namespace BpfTrace.Bpf.Btf;

/// <summary>
/// Type information in the BTF format (the kernel's <c>Documentation/bpf/btf.rst</c>), read in place: opening makes one
/// pass that notes where each type begins, everything else is read when it is asked for. Ids are the kernel's: 0 is
/// <c>void</c>; a split BTF (a module's) continues the numbering of its base.
/// Safe for concurrent readers. Disposing ends every <see cref="BtfType"/> taken from the file.
/// </summary>
public sealed partial class BtfFile : IDisposable
{
    private readonly BtfImage _image;
    private readonly BtfHeader _header;
    private readonly int[] _offsets;
    private readonly int _ownCount;

    private BtfFile(BtfImage image, string? name, BtfFile? baseFile)
    {
        _image = image;
        Name = name;
        Base = baseFile;
        FirstTypeId = baseFile?.TypeCount ?? 1;
        FirstStringOffset = baseFile is null ? 0 : baseFile.FirstStringOffset + baseFile._header.StringsLength;
        ReadOnlySpan<byte> data = image.Span;
        _header = BtfHeader.Read(data, isSplit: baseFile is not null);
        _ownCount = IndexTypes(data.Slice(_header.TypesStart, _header.TypesLength), _header.TypesStart, out _offsets);
    }

    /// <summary>The kernel object it describes: <c>vmlinux</c> or a module's name; null for data that has no name.</summary>
    public string? Name { get; }

    /// <summary>The BTF whose types and strings this one continues; null if it stands alone.</summary>
    public BtfFile? Base { get; }

    /// <summary>The lowest id that belongs to this file itself: 1, or for a split BTF the base's <see cref="TypeCount"/>.</summary>
    public int FirstTypeId { get; }

    /// <summary>One more than the highest valid id, counting <c>void</c> and the base's types.</summary>
    public int TypeCount => FirstTypeId + _ownCount;

    /// <summary>The string offset at which this file's own strings begin; below are the base's.</summary>
    internal int FirstStringOffset { get; }

    internal ReadOnlySpan<byte> Data => _image.Span;

    private ReadOnlySpan<byte> Strings => _image.Span.Slice(_header.StringsStart, _header.StringsLength);

    /// <summary>Opens a file of raw BTF, as those in <c>/sys/kernel/btf</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="baseFile">The BTF that it splits from; null for a complete one.</param>
    /// <param name="name">The <see cref="Name"/>; null takes the path's last part.</param>
    /// <exception cref="BtfFormatException">The content is not BTF.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static BtfFile Open(string path, BtfFile? baseFile = null, string? name = null)
    {
        BtfImage image = BtfImage.Open(path);
        try
        {
            return new BtfFile(image, name ?? Path.GetFileName(path), baseFile);
        }
        catch (Exception failure)
        {
            image.Dispose();
            if (failure is BtfFormatException)
                throw new BtfFormatException($"{path}: {failure.Message}", failure);
            throw;
        }
    }

    /// <summary>Reads BTF that is in memory; the memory must stay unchanged.</summary>
    /// <param name="data">The whole BTF, from its header.</param>
    /// <param name="baseFile">The BTF that it splits from; null for a complete one.</param>
    /// <param name="name">The <see cref="Name"/>.</param>
    /// <exception cref="BtfFormatException">The content is not BTF.</exception>
    public static BtfFile Parse(ReadOnlyMemory<byte> data, BtfFile? baseFile = null, string? name = null)
        => new(new BtfImage(data), name, baseFile);

    /// <summary>The type with an id; 0 gives <c>void</c>.</summary>
    /// <exception cref="BtfFormatException">There is no such id.</exception>
    public BtfType GetType(int id)
        => TryGetType(id, out BtfType type) ? type : throw new BtfFormatException($"BTF has no type {id}; there are {TypeCount}.");

    /// <summary>The type with an id, if there is one.</summary>
    public bool TryGetType(int id, out BtfType type)
    {
        if (id <= 0 || id >= TypeCount)
        {
            type = id == 0 ? new BtfType(this, 0, -1) : default;
            return id == 0;
        }

        if (id < FirstTypeId)
            return Base!.TryGetType(id, out type);
        type = new BtfType(this, id, _offsets[id - FirstTypeId]);
        return true;
    }

    /// <summary>All types of this file in the order of their ids, without <c>void</c> and without the base's.</summary>
    public IEnumerable<BtfType> Types()
    {
        for (int i = 0; i < _ownCount; i++)
            yield return new BtfType(this, FirstTypeId + i, _offsets[i]);
    }

    /// <summary>The types of one kind in this file (not in its base), in the order of their ids.</summary>
    public IEnumerable<BtfType> Types(BtfKind kind)
    {
        for (int i = 0; i < _ownCount; i++)
        {
            if (BtfType.KindOf(ReadUInt32(_offsets[i] + 4)) == kind)
                yield return new BtfType(this, FirstTypeId + i, _offsets[i]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _image.Dispose();

    internal uint ReadUInt32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_image.Span[offset..]);

    /// <summary>The bytes of a string without its NUL; empty at offset 0.</summary>
    internal ReadOnlySpan<byte> GetStringBytes(uint offset)
    {
        ReadOnlySpan<byte> rest = GetStringRest(offset);
        return rest[..rest.IndexOf((byte)0)]; // The header check made sure of a final NUL.
    }

    /// <summary>A string and all strings behind it, each with its NUL.</summary>
    private ReadOnlySpan<byte> GetStringRest(uint offset)
    {
        if (offset < (uint)FirstStringOffset)
            return Base!.GetStringRest(offset);
        uint own = offset - (uint)FirstStringOffset;
        ReadOnlySpan<byte> strings = Strings;
        if (own >= (uint)strings.Length)
            throw new BtfFormatException($"BTF string offset {offset} lies outside of the strings.");
        return strings[(int)own..];
    }

    internal string GetString(uint offset) => offset == 0 ? "" : Encoding.UTF8.GetString(GetStringBytes(offset));

    /// <summary>Notes where each type begins. The only thing checked here is that each type lies inside of the section.</summary>
    private static int IndexTypes(ReadOnlySpan<byte> types, int start, out int[] offsets)
    {
        int[] found = new int[(types.Length / 32) + 16];
        int count = 0;
        int position = 0;
        while (position < types.Length)
        {
            if (types.Length - position < BtfType.HeaderLength)
                throw new BtfFormatException($"BTF type {count + 1} is truncated.");
            uint info = BinaryPrimitives.ReadUInt32LittleEndian(types[(position + 4)..]);
            int length = BtfType.LengthOf(info);
            if (length < 0)
                throw new BtfFormatException($"BTF type {count + 1} has the unknown kind {(int)BtfType.KindOf(info)}.");
            if (length > types.Length - position)
                throw new BtfFormatException($"BTF type {count + 1} is truncated.");
            if (count == found.Length)
                Array.Resize(ref found, count * 2);
            found[count++] = start + position;
            position += length;
        }

        offsets = found;
        return count;
    }
}
