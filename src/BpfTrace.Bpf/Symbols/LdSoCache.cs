using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using BpfTrace.Bpf.Proc;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Symbols;

/// <summary>The dynamic linker's list of libraries, <c>/etc/ld.so.cache</c> (glibc's <c>sysdeps/generic/dl-cache.h</c>).</summary>
internal sealed class LdSoCache
{
    private const int OldHeaderLength = 16;
    private const int OldEntryLength = 12;
    private const int HeaderLength = 48;
    private const int EntryLength = 24;

    private readonly List<(string Name, string Path)> _libraries = [];

    private LdSoCache()
    {
    }

    /// <summary>The libraries for this processor in the order of the file, those for every processor model first.</summary>
    public IReadOnlyList<(string Name, string Path)> Libraries => _libraries;

    /// <summary>Reads a cache; an empty one if the file is missing (musl) or malformed.</summary>
    public static LdSoCache Read(string path)
    {
        LdSoCache cache = new();
        try
        {
            using SafeFileHandle file = RegularFile.Open(path); // a container's can be anything
            cache.Parse(VirtualFile.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without a cache the linker's default directories remain.
        }

        return cache;
    }

    public static LdSoCache Parse(ReadOnlySpan<byte> data, System.Runtime.InteropServices.Architecture architecture)
    {
        LdSoCache cache = new();
        cache.Parse(data, FlagsOf(architecture));
        return cache;
    }

    /// <summary>The path of a library by its file name, or by the start of it up to <c>.so</c>; null if there is none.</summary>
    public string? Find(string name)
    {
        foreach ((string library, string path) in _libraries)
        {
            if (library == name)
                return path;
        }

        foreach ((string library, string path) in _libraries)
        {
            if (library.Length > name.Length + 2 && library.StartsWith(name, StringComparison.Ordinal) && library.AsSpan(name.Length).StartsWith(".so"))
                return path;
        }

        return null;
    }

    /// <summary>The flags of an entry for a processor: libc6 (3), and the processor's variant.</summary>
    private static uint FlagsOf(System.Runtime.InteropServices.Architecture architecture) => architecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => 0x0303,
        System.Runtime.InteropServices.Architecture.Arm64 => 0x0A03,
        System.Runtime.InteropServices.Architecture.S390x => 0x0403,
        System.Runtime.InteropServices.Architecture.Ppc64le => 0x0503,
        _ => 0x0003,
    };

    private void Parse(ReadOnlySpan<byte> data) => Parse(data, FlagsOf(RuntimeInformation.ProcessArchitecture));

    private void Parse(ReadOnlySpan<byte> data, uint flags)
    {
        if (data.StartsWith("ld.so-1.7.0"u8) && data.Length >= OldHeaderLength)
        {
            // The old form may be followed by the new one, on the next multiple of eight.
            ulong start = OldHeaderLength + ((ulong)OldEntryLength * BinaryPrimitives.ReadUInt32LittleEndian(data[12..]));
            start = (start + 7) & ~7UL;
            if (start >= (ulong)data.Length)
                return;
            data = data[(int)start..];
        }

        if (data.Length < HeaderLength || !data.StartsWith("glibc-ld.so.cache1.1"u8))
            return;
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(data[20..]);
        List<(string, string)> special = [];
        for (uint i = 0; i < count && (HeaderLength + ((i + 1L) * EntryLength)) <= data.Length; i++)
        {
            ReadOnlySpan<byte> entry = data.Slice(HeaderLength + (int)(i * EntryLength), EntryLength);
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry) != flags)
                continue;
            string? name = Text(data, BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]));
            string? path = Text(data, BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]));
            if (name is null || path is null)
                continue;

            // A nonzero hardware capability is a variant for newer processors, which this one need not be.
            (BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]) == 0 ? _libraries : special).Add((name, path));
        }

        _libraries.AddRange(special);
    }

    private static string? Text(ReadOnlySpan<byte> data, uint offset)
    {
        if (offset >= (uint)data.Length)
            return null;
        ReadOnlySpan<byte> rest = data[(int)offset..];
        int end = rest.IndexOf((byte)0);
        return end < 0 ? null : Encoding.UTF8.GetString(rest[..end]);
    }
}
