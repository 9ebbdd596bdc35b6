using System.Globalization;
using System.Text;
using BpfTrace.Bpf.Proc;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Symbols;

/// <summary>
/// The code that a JIT compiler made, from the file it writes for profilers: <c>/tmp/perf-PID.map</c>, lines of start, size and
/// name (the kernel's <c>tools/perf/Documentation/jit-interface.txt</c>). .NET writes it with <c>DOTNET_PerfMapEnabled=1</c>, node
/// with <c>--perf-basic-prof</c>.
/// </summary>
internal sealed class PerfMap
{
    private const long LargestFile = 256L << 20;

    private readonly ulong[] _starts;
    private readonly (ulong Size, string Name)[] _entries;

    private PerfMap(ulong[] starts, (ulong Size, string Name)[] entries, long length)
    {
        _starts = starts;
        _entries = entries;
        Length = length;
    }

    /// <summary>The length of the file that was read, to tell whether it has grown.</summary>
    public long Length { get; }

    /// <summary>The file of a process, as the process sees it.</summary>
    /// <param name="namespacePid">The pid as the process sees it.</param>
    public static string PathOf(int namespacePid) => $"/tmp/perf-{namespacePid}.map";

    /// <summary>Reads a map.</summary>
    /// <exception cref="IOException">It cannot be read, is no file, or larger than any compiler makes it: whoever runs a process can put anything there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static PerfMap Read(string path)
    {
        using SafeFileHandle file = RegularFile.Open(path);
        if (RandomAccess.GetLength(file) > LargestFile)
            throw new IOException($"'{path}' has more than {LargestFile} bytes.");
        byte[] bytes = VirtualFile.ReadAllBytes(file);
        return Parse(Encoding.UTF8.GetString(bytes), bytes.Length);
    }

    public static PerfMap Parse(string text, long length)
    {
        List<(ulong Start, int Order, ulong Size, string Name)> lines = [];
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            int first = line.IndexOf(' ');
            int second = first < 0 ? -1 : line[(first + 1)..].IndexOf(' ');
            if (second > 0 && TryHex(line[..first], out ulong start) && TryHex(line.Slice(first + 1, second), out ulong size))
                lines.Add((start, lines.Count, size, line[(first + second + 2)..].ToString()));
        }

        lines.Sort((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.Order.CompareTo(b.Order));
        return new PerfMap([.. lines.Select(l => l.Start)], [.. lines.Select(l => (l.Size, l.Name))], length);
    }

    /// <summary>The code at an address; where a compiler reused memory, what it wrote last.</summary>
    public bool TryFind(ulong address, out string name, out ulong offset)
    {
        int index = Array.BinarySearch(_starts, address);
        if (index < 0)
            index = ~index - 1;
        while (index >= 0 && index + 1 < _starts.Length && _starts[index + 1] == _starts[index])
            index++;
        bool found = index >= 0 && address - _starts[index] < _entries[index].Size;
        (name, offset) = found ? (_entries[index].Name, address - _starts[index]) : ("", 0);
        return found;
    }

    private static bool TryHex(ReadOnlySpan<char> text, out ulong value)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal))
            text = text[2..];
        return ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
