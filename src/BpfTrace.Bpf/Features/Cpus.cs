using System.Globalization;
using System.Text;
using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf;

/// <summary>The machine's CPUs as the kernel lists them under /sys/devices/system/cpu.</summary>
public static class Cpus
{
    private static int[]? s_possible;

    /// <summary>CPUs that could ever be there: a per-CPU map has one value for each, in this order. Read once.</summary>
    /// <exception cref="BpfException">The list cannot be read: there is no /sys, or no descriptor.</exception>
    public static ReadOnlySpan<int> Possible => s_possible ??= ReadList("/sys/devices/system/cpu/possible");

    /// <summary>CPUs that are online now; read anew on every call.</summary>
    /// <exception cref="BpfException">The list cannot be read.</exception>
    public static int[] GetOnline() => ReadList("/sys/devices/system/cpu/online");

    /// <summary>Parses the kernel's list format (bitmap_parselist): <c>0-3,8,10-11</c>.</summary>
    /// <exception cref="FormatException">Not such a list.</exception>
    internal static int[] Parse(ReadOnlySpan<char> list)
    {
        var cpus = new List<int>();
        list = list.Trim();
        while (true)
        {
            int comma = list.IndexOf(',');
            ReadOnlySpan<char> part = comma < 0 ? list : list[..comma];
            int dash = part.IndexOf('-');
            int first = Number(dash < 0 ? part : part[..dash]);
            int last = dash < 0 ? first : Number(part[(dash + 1)..]);
            if (last < first)
                throw new FormatException($"'{part}' is no range of CPUs");
            for (int cpu = first; cpu <= last; cpu++)
                cpus.Add(cpu);
            if (comma < 0)
                return [.. cpus];
            list = list[(comma + 1)..];
        }
    }

    private static int[] ReadList(string path)
    {
        try
        {
            return Parse(Encoding.ASCII.GetString(VirtualFile.ReadAllBytes(path)));
        }
        catch (IOException e)
        {
            throw new BpfException($"reading the list of CPUs: {e.Message}", innerException: e);
        }
    }

    private static int Number(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
