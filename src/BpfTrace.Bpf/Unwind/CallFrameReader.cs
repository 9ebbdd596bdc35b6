using BpfTrace.Bpf.Elf;

namespace BpfTrace.Bpf.Unwind;

/// <summary>
/// Reads a section of call frame information: <c>.eh_frame</c> (Linux Standard Base, "Exception Frames") or <c>.debug_frame</c> (DWARF 5, section 6.4). Whatever
/// the bytes say, it ends, in time and memory proportional to the section's size.
/// </summary>
internal sealed class CallFrameReader
{
    // Finding out that one is takes an exception. A compiler that writes what is not known here writes it everywhere.
    private const int MostDamaged = 100_000;

    private const byte DW_EH_PE_omit = 0xff;
    private const int DW_EH_PE_pcrel = 0x10;

    private readonly ReadOnlyMemory<byte> _section;
    private readonly ulong _sectionAddress;
    private readonly bool _isDebugFrame;
    private readonly ulong _base;
    private readonly UnwindTableBuilder _builder;
    private readonly Dictionary<int, CommonEntry> _commonEntries = [];
    private readonly HashSet<int> _damagedCommonEntries = [];
    private long _commonBytes;

    /// <param name="section">Its bytes.</param>
    /// <param name="sectionAddress">Where it is loaded: addresses in it may be relative to their place.</param>
    /// <param name="isDebugFrame">Whether it is a <c>.debug_frame</c>.</param>
    /// <param name="baseAddress">What is taken off addresses; those before it, or 4 GB behind it, are left out.</param>
    /// <param name="builder">Where the rows go.</param>
    public CallFrameReader(ReadOnlyMemory<byte> section, ulong sectionAddress, bool isDebugFrame, ulong baseAddress, UnwindTableBuilder builder)
    {
        _section = section;
        _sectionAddress = sectionAddress;
        _isDebugFrame = isDebugFrame;
        _base = baseAddress;
        _builder = builder;
    }

    /// <summary>How many functions were described.</summary>
    public int Functions { get; private set; }

    /// <summary>How many could not be: an entry is damaged, or of a kind that is not known. From their code nothing is found; it spoils no other function's.</summary>
    public int DamagedFunctions { get; private set; }

    /// <summary>Reads all of it.</summary>
    /// <exception cref="ElfFormatException">Its entries have no bounds, none of them can be read, or more than a hundred thousand cannot.</exception>
    public void Read()
    {
        ReadOnlySpan<byte> data = _section.Span;
        int at = 0;
        ElfFormatException? first = null;
        while (at < data.Length)
        {
            EntryHeader entry = ReadHeader(data, at);
            if (entry.HasContent && !entry.IsCommon)
            {
                int rows = _builder.Count;
                int functions = Functions;
                try
                {
                    ReadFunction(data, entry);
                }
                catch (ElfFormatException e)
                {
                    _builder.Forget(rows);
                    Functions = functions;
                    DamagedFunctions++;
                    first ??= e;
                    if (DamagedFunctions > MostDamaged)
                        throw;
                }
            }

            at = entry.End;
        }

        if (Functions == 0 && first is not null)
            throw first;
    }

    /// <summary>An entry's length and what it says of its common part. A length of 0 ends what one object file gave; others may follow.</summary>
    private EntryHeader ReadHeader(ReadOnlySpan<byte> data, int at)
    {
        var cursor = new FrameCursor(data, at, data.Length);
        ulong length = cursor.UInt32();
        bool isLong = length == 0xffffffff;
        if (isLong)
            length = cursor.UInt64();
        if (length == 0)
            return new EntryHeader(cursor.Position, cursor.Position, 0, IsCommon: false, HasContent: false);
        if (length > (ulong)cursor.Left)
            throw new ElfFormatException($"The entry of {length} bytes at byte {at} of the call frame information lies outside of it.");
        int end = cursor.Position + (int)length;
        int place = cursor.Position;
        bool isWide = isLong && _isDebugFrame;
        ulong id = isWide ? cursor.UInt64() : cursor.UInt32();
        ulong own = !_isDebugFrame ? 0 : isWide ? ulong.MaxValue : uint.MaxValue;
        long common = _isDebugFrame ? (long)id : place - (long)id;
        return new EntryHeader(cursor.Position, end, common, id == own, HasContent: true);
    }

    private CommonEntry CommonAt(ReadOnlySpan<byte> data, long offset)
    {
        if (offset < 0 || offset >= data.Length)
            throw new ElfFormatException($"A common entry at byte {offset} of the call frame information lies outside of it.");
        if (_commonEntries.TryGetValue((int)offset, out CommonEntry? known))
            return known;
        EntryHeader header = ReadHeader(data, (int)offset);
        if (!header.HasContent || !header.IsCommon || !_damagedCommonEntries.Add((int)offset))
            throw new ElfFormatException($"There is no common entry at byte {offset} of the call frame information.");

        // Functions name them by offsets, so that they could overlap, and all be as long as the section.
        _commonBytes += header.End - offset;
        if (_commonBytes > data.Length)
            throw new ElfFormatException("Common entries of call frame information overlap.");
        CommonEntry common = ReadCommon(data, header);
        _commonEntries.Add((int)offset, common);
        _damagedCommonEntries.Remove((int)offset);
        return common;
    }

    private CommonEntry ReadCommon(ReadOnlySpan<byte> data, EntryHeader header)
    {
        var cursor = new FrameCursor(data, header.Content, header.End);
        byte version = cursor.Byte();
        if (version is not (1 or 3 or 4))
            throw new ElfFormatException($"Call frame information of version {version} is not known.");
        string augmentation = ReadName(ref cursor);
        if (version == 4 && (cursor.Byte() != sizeof(ulong) || cursor.Byte() != 0))
            throw new ElfFormatException("Call frame information of other addresses than those of 64 bits.");
        var common = new CommonEntry { CodeFactor = cursor.Unsigned(), DataFactor = cursor.Signed() };
        ulong returnRegister = version == 1 ? cursor.Byte() : cursor.Unsigned();
        bool isSignal = false;
        if (augmentation.StartsWith('z'))
        {
            ReadOnlySpan<byte> content = cursor.Block();
            common.HasAugmentation = true;
            ReadAugmentation(content, augmentation, common, ref isSignal);
        }
        else if (augmentation.Length > 0)
        {
            throw new ElfFormatException($"Call frame information of the kind '{augmentation}' is not known.");
        }

        common.Initial = new FrameState { IsSignal = isSignal, Unsupported = returnRegister == UnwindFormat.ReturnAddress ? 0 : 1 };
        FrameState state = common.Initial.Copy();
        new FrameProgram(common, _builder, state).Execute(ref cursor);
        common.Initial = state;
        return common;
    }

    private static string ReadName(ref FrameCursor cursor)
    {
        const int Longest = 16; // zPLRSB are those there are
        var name = "";
        while (cursor.Byte() is not 0 and byte letter)
        {
            if (name.Length >= Longest)
                throw new ElfFormatException("A name of too many letters in call frame information.");
            name += (char)letter;
        }

        return name;
    }

    private static void ReadAugmentation(ReadOnlySpan<byte> content, string letters, CommonEntry common, ref bool isSignal)
    {
        var cursor = new FrameCursor(content, 0, content.Length);
        foreach (char letter in letters.AsSpan(1))
        {
            switch (letter)
            {
                case 'L':
                    cursor.Byte();
                    break;
                case 'P':
                    byte encoding = cursor.Byte();
                    if (encoding != DW_EH_PE_omit)
                        ReadNumber(ref cursor, encoding);
                    break;
                case 'R':
                    common.PointerEncoding = cursor.Byte();
                    break;
                case 'S':
                    isSignal = true;
                    break;
                default:
                    return; // what follows has a meaning nobody told us, and the content's length is known
            }
        }
    }

    private void ReadFunction(ReadOnlySpan<byte> data, EntryHeader entry)
    {
        CommonEntry common = CommonAt(data, entry.Common);
        var cursor = new FrameCursor(data, entry.Content, entry.End);
        ulong start = ReadAddress(ref cursor, common.PointerEncoding);
        ulong length = ReadNumber(ref cursor, common.PointerEncoding & 0x0f);
        if (common.HasAugmentation)
            cursor.Block();
        ulong first = start - _base;

        // A function that the linker left out begins at 0.
        if (start == 0 || length == 0 || start < _base || length > uint.MaxValue || first > uint.MaxValue - length)
            return;
        Functions++;
        var program = new FrameProgram(common, _builder, common.Initial.Copy()) { Address = first, End = first + length };
        program.ExecuteWithRows(ref cursor, this);
        _builder.AddEnd((uint)(first + length));
    }

    /// <summary>An address, less the base; for DW_CFA_set_loc.</summary>
    public ulong ReadRelative(ref FrameCursor cursor, CommonEntry common) => ReadAddress(ref cursor, common.PointerEncoding) - _base;

    private ulong ReadAddress(ref FrameCursor cursor, int encoding)
    {
        int place = cursor.Position;
        ulong value = ReadNumber(ref cursor, encoding & 0x0f);
        return (encoding & 0xf0) switch
        {
            0 => value,
            DW_EH_PE_pcrel => value + _sectionAddress + (ulong)place,
            _ => throw new ElfFormatException($"Addresses of the form 0x{encoding:x2} in call frame information are not known."),
        };
    }

    private static ulong ReadNumber(ref FrameCursor cursor, int encoding) => (encoding & 0x0f) switch
    {
        0x00 or 0x04 or 0x0c => cursor.UInt64(),
        0x01 => cursor.Unsigned(),
        0x02 => cursor.UInt16(),
        0x03 => cursor.UInt32(),
        0x09 => (ulong)cursor.Signed(),
        0x0a => (ulong)(short)cursor.UInt16(),
        0x0b => (ulong)(int)cursor.UInt32(),
        _ => throw new ElfFormatException($"Numbers of the form 0x{encoding:x2} in call frame information are not known."),
    };

    /// <summary>Where an entry's content begins and ends, and where its common part is.</summary>
    private readonly record struct EntryHeader(int Content, int End, long Common, bool IsCommon, bool HasContent);
}

/// <summary>What functions have in common (CIE).</summary>
internal sealed class CommonEntry
{
    public ulong CodeFactor { get; init; }

    public long DataFactor { get; init; }

    /// <summary>Whether a block of further data precedes the instructions.</summary>
    public bool HasAugmentation { get; set; }

    /// <summary>DW_EH_PE_*: how addresses are written.</summary>
    public int PointerEncoding { get; set; }

    /// <summary>The rules at a function's start.</summary>
    public FrameState Initial { get; set; } = new();
}
