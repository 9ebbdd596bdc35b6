namespace BpfTrace.Recording;

/// <summary>The constants of recordings (<c>.bpfrec</c>); <c>docs/recording-format.md</c> describes the whole format.</summary>
internal static class RecordingFormat
{
    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int Version = 1;

    /// <summary>Tag, stored length, plain length, CRC-32C of the stored bytes.</summary>
    public const int BlockHeaderSize = 16;

    /// <summary>A block is written when it holds this many bytes: at 100 bytes an event some 2500 of them.</summary>
    public const int BlockBytes = 256 * 1024;

    /// <summary>No block is longer than this, plain or stored: what a reader allocates for one block, whatever a damaged length says.</summary>
    public const int MaximumBlockBytes = 64 * 1024 * 1024;

    /// <summary>Values lie in values at most this deep.</summary>
    public const int MaximumDepth = 32;

    /// <summary>Types, enums and sources a file may define.</summary>
    public const int MaximumDefinitions = 1 << 16;

    /// <summary>From how many entries on a map that goes on in the next block is given in parts.</summary>
    public const int LargestMapPart = 1 << 18;

    /// <summary>Strings longer than this are written where they stand; shorter ones once a block.</summary>
    public const int LongestShared = 256;

    /// <summary>JSON about the whole recording; the first block, never compressed.</summary>
    public const uint HeaderBlock = 'H' | ('E' << 8) | ('A' << 16) | ((uint)'D' << 24);

    /// <summary>Records, as they are.</summary>
    public const uint PlainBlock = 'D' | ('A' << 8) | ('T' << 16) | ((uint)'A' << 24);

    /// <summary>Records, deflated (RFC 1951).</summary>
    public const uint DeflatedBlock = 'D' | ('F' << 8) | ('L' << 16) | ((uint)'T' << 24);

    /// <summary>Nothing follows: the recording was finished.</summary>
    public const uint EndBlock = 'T' | ('E' << 8) | ('N' << 16) | ((uint)'D' << 24);

    /// <summary>As PNG's: a byte that is no text, the name, and line ends that transfers as text would change.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'B', (byte)'P', (byte)'F', (byte)'R', (byte)'E', (byte)'C', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n', Version];
}

/// <summary>What stands in a block of records.</summary>
internal enum ItemKind : byte
{
    /// <summary>An event of a defined type.</summary>
    Event = 1,

    /// <summary>An event that is nothing but text.</summary>
    TextEvent = 2,

    /// <summary>A map's entries.</summary>
    Map = 3,

    /// <summary>A warning.</summary>
    Warning = 4,

    /// <summary>An error that did not end the trace.</summary>
    Error = 5,

    /// <summary>The probes are attached.</summary>
    Attached = 6,

    /// <summary>Text that belongs to no event.</summary>
    Text = 7,

    /// <summary>The trace has ended.</summary>
    End = 8,

    /// <summary>What was read of a file: an event with its path.</summary>
    FileEvent = 9,

    /// <summary>What a command wrote: an event with the command and its exit code.</summary>
    CommandEvent = 10,

    /// <summary>A packet: an event with its file and its bytes.</summary>
    PacketEvent = 11,

    /// <summary>Text of the script itself, such as column titles: no event.</summary>
    Heading = 12,

    /// <summary>A map's entries that the script printed; those of <see cref="Map"/> are what the trace ended with.</summary>
    PrintedMap = 13,
}

/// <summary>The kind of a value, or of a property's type.</summary>
internal enum ValueKind : byte
{
    Null = 0,
    False = 1,
    True = 2,
    Int8 = 3,
    UInt8 = 4,
    Int16 = 5,
    UInt16 = 6,
    Int32 = 7,
    UInt32 = 8,
    Int64 = 9,
    UInt64 = 10,
    Double = 11,
    String = 12,
    Bytes = 13,
    Tuple = 14,
    Array = 15,
    Enum = 16,
    Record = 17,
    Symbol = 18,
    Stack = 19,
    Address = 20,
    MacAddress = 21,
    Histogram = 22,
    Stats = 23,
    TimeSeries = 24,
    DateTime = 25,
    DateTimeOffset = 26,
    TimeSpan = 27,
    PhysicalAddress = 28,

    /// <summary>A tuple that is written otherwise than its values alone would be: pointers, times.</summary>
    TupleWithText = 29,

    /// <summary>Only as a property's type: whatever the value is.</summary>
    Object = 64,

    /// <summary>Only as a property's type: true or false.</summary>
    Boolean = 65,
}
