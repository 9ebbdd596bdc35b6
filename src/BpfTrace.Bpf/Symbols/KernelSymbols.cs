using System.Text;
using BpfTrace.Bpf.Proc;
using Microsoft.Win32.SafeHandles;

namespace BpfTrace.Bpf.Symbols;

/// <summary>
/// The kernel's symbols from <c>/proc/kallsyms</c>. One pass over the text notes each symbol's address and place; names become
/// strings when they are asked for. Immutable: load again after modules or BPF programs came or went.
/// </summary>
public sealed class KernelSymbols
{
    /// <summary>Where the kernel shows its symbols.</summary>
    public const string DefaultPath = "/proc/kallsyms";

    private const string Vmlinux = "vmlinux";

    private readonly byte[] _text;
    private readonly int _length;
    private readonly ulong[] _addresses;
    private readonly int[] _lines;

    private KernelSymbols(byte[] text, int length)
    {
        _text = text;
        _length = length;
        ReadOnlySpan<byte> rest = text.AsSpan(0, length);

        // About 40 bytes to a line; the arrays are cut to size below.
        ulong[] addresses = new ulong[(length / 32) + 16];
        int[] lines = new int[addresses.Length];
        int count = 0;
        int total = 0;
        bool sorted = true;
        ulong last = 0;
        int position = 0;
        while (position < length)
        {
            int end = rest[position..].IndexOf((byte)'\n');
            end = end < 0 ? length : position + end;
            if (TryParseAddress(rest[position..end], out ulong address))
            {
                total++;

                // Only the upper half is kernel memory: per-CPU offsets and hidden (zero) addresses are nothing to look up.
                if ((address & 1UL << 63) != 0)
                {
                    if (count == addresses.Length)
                    {
                        Array.Resize(ref addresses, count * 2);
                        Array.Resize(ref lines, count * 2);
                    }

                    sorted &= address >= last;
                    last = address;
                    addresses[count] = address;
                    lines[count++] = position;
                }
            }

            position = end + 1;
        }

        Array.Resize(ref addresses, count);
        Array.Resize(ref lines, count);
        if (!sorted)
            AddressSort.Sort(addresses, lines); // equal addresses stay in the kernel's order
        _addresses = addresses;
        _lines = lines;
        Count = total;
    }

    /// <summary>The number of symbols, with or without an address.</summary>
    public int Count { get; }

    /// <summary>
    /// Whether the kernel hides the addresses (<c>kptr_restrict</c>, or no CAP_SYSLOG): names can be listed, addresses not
    /// resolved.
    /// </summary>
    public bool AddressesHidden => Count > 0 && _addresses.Length == 0;

    /// <summary>Reads the running kernel's symbols.</summary>
    /// <exception cref="IOException">The file cannot be read; a kernel without <c>CONFIG_KALLSYMS</c> has none.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static KernelSymbols Load(string path = DefaultPath)
    {
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] text = VirtualFile.ReadToEnd(handle, out int length, expectedLength: 8 << 20);
        return new KernelSymbols(text, length);
    }

    /// <summary>Reads symbols from text in the form of <c>/proc/kallsyms</c>.</summary>
    public static KernelSymbols Parse(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return new KernelSymbols(bytes, bytes.Length);
    }

    /// <summary>
    /// Finds the symbol at or below an address; of several at one place the first in the kernel's order. The kernel tells no
    /// sizes: an address in a gap belongs to the symbol before it, as in the kernel's own traces.
    /// </summary>
    public bool TryResolve(ulong address, out Symbol symbol)
    {
        int index = Array.BinarySearch(_addresses, address);
        if (index < 0)
            index = ~index - 1;
        if (index < 0)
        {
            symbol = default;
            return false;
        }

        while (index > 0 && _addresses[index - 1] == _addresses[index])
            index--;
        KernelSymbol found = ParseLine(_lines[index]);
        symbol = new Symbol(found.Name, address - found.Address, found.Module);
        return true;
    }

    /// <summary>The address of the first symbol with a name; false if there is none or the kernel hides it.</summary>
    public bool TryGetAddress(string name, out ulong address)
    {
        foreach (KernelSymbol symbol in Find(name))
        {
            address = symbol.Address;
            if (address != 0)
                return true;
        }

        address = 0;
        return false;
    }

    /// <summary>All symbols with a name: static functions of different files share names.</summary>
    public IEnumerable<KernelSymbol> Find(string name)
    {
        // A name stands between a space and a tab (a module follows) or the line's end.
        byte[] needle = Encoding.UTF8.GetBytes(" " + name);
        for (int position = 0; position < _length;)
        {
            int found = _text.AsSpan(position, _length - position).IndexOf(needle);
            if (found < 0)
                yield break;
            position += found + needle.Length;
            if (position == _length || _text[position] is (byte)'\n' or (byte)'\t')
                yield return ParseLine(_text.AsSpan(0, position).LastIndexOf((byte)'\n') + 1);
        }
    }

    /// <summary>All symbols in the kernel's order, data and hidden ones too.</summary>
    public IEnumerable<KernelSymbol> All()
    {
        for (int position = 0; position < _length;)
        {
            int end = _text.AsSpan(position, _length - position).IndexOf((byte)'\n');
            end = end < 0 ? _length : position + end;
            if (TryParseAddress(_text.AsSpan(position, end - position), out _))
                yield return ParseLine(position);
            position = end + 1;
        }
    }

    /// <summary>The 16 hexadecimal digits that begin a line, and the space, type and space behind them.</summary>
    private static bool TryParseAddress(ReadOnlySpan<byte> line, out ulong address)
    {
        address = 0;
        if (line.Length < 20 || line[16] != ' ' || line[18] != ' ')
            return false;
        for (int i = 0; i < 16; i++)
        {
            // Letters have bit 6 set and digits do not: adding 9 to the low four bits of a letter gives its value.
            uint c = line[i];
            address = address << 4 | ((c & 15) + ((c >> 6) * 9));
        }

        return true;
    }

    private KernelSymbol ParseLine(int start)
    {
        ReadOnlySpan<byte> line = _text.AsSpan(start, _length - start);
        int end = line.IndexOf((byte)'\n');
        if (end >= 0)
            line = line[..end];
        if (!TryParseAddress(line, out ulong address))
            throw new FormatException("A line of kallsyms without an address."); // Callers only come with lines that have one.
        char type = (char)line[17];
        line = line[19..];
        string module = Vmlinux;
        int tab = line.IndexOf((byte)'\t');
        if (tab >= 0)
        {
            ReadOnlySpan<byte> bracketed = line[(tab + 1)..].Trim("[]"u8);
            module = Encoding.UTF8.GetString(bracketed);
            line = line[..tab];
        }

        return new KernelSymbol(Encoding.UTF8.GetString(line), address, type, module);
    }
}
