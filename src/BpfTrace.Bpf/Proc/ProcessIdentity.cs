using System.Globalization;
using System.Text;

namespace BpfTrace.Bpf.Proc;

/// <summary>Facts about a process that tell whether a pid still means the same process and program.</summary>
internal static unsafe class ProcessIdentity
{
    /// <summary>What a link in <c>/proc</c> points to, as the kernel words it; null if it cannot be read.</summary>
    public static string? ReadLink(string path)
    {
        Span<byte> buffer = stackalloc byte[4096];
        nint length;
        fixed (byte* target = buffer)
            length = LibC.readlink(path, target, (nuint)buffer.Length);
        return length < 0 ? null : Encoding.UTF8.GetString(buffer[..(int)length]);
    }

    /// <summary>The program that a process runs, as the kernel words it; null if the process is gone, or a kernel thread.</summary>
    public static string? Executable(int pid) => ReadLink($"/proc/{pid}/exe");

    /// <summary>When the process started, in clock ticks since boot; 0 if it is gone.</summary>
    public static ulong StartTime(int pid)
    {
        string stat;
        try
        {
            stat = Encoding.UTF8.GetString(VirtualFile.ReadAllBytes($"/proc/{pid}/stat"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }

        // The second field is the name in parentheses and may hold anything; the start time is field 22 (proc(5)).
        ReadOnlySpan<char> rest = stat.AsSpan(stat.LastIndexOf(')') + 1).TrimStart();
        for (int field = 3; field < 22; field++)
        {
            int space = rest.IndexOf(' ');
            if (space < 0)
                return 0;
            rest = rest[(space + 1)..];
        }

        int end = rest.IndexOf(' ');
        return ulong.TryParse(end < 0 ? rest : rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : 0;
    }

    /// <summary>What the kernel calls our own mounts; null if that cannot be read.</summary>
    public static string? OwnMountNamespace { get; } = ReadLink("/proc/self/ns/mnt");

    /// <summary>What the kernel calls the mounts that a process sees; null if the process is gone, or not ours to look at.</summary>
    public static string? MountNamespace(int pid) => ReadLink($"/proc/{pid}/ns/mnt");

    /// <summary>Whether a process sees other mounts than we do. False if that cannot be found out.</summary>
    public static bool IsInOtherMountNamespace(int pid)
        => MountNamespace(pid) is { } theirs && OwnMountNamespace is { } ours && theirs != ours;

    /// <summary>The pid as the process itself sees it, in its innermost pid namespace; the same pid if that cannot be read.</summary>
    public static int NamespacePid(int pid)
    {
        try
        {
            foreach (string line in Encoding.UTF8.GetString(VirtualFile.ReadAllBytes($"/proc/{pid}/status")).Split('\n'))
            {
                if (line.StartsWith("NSpid:", StringComparison.Ordinal)
                    && int.TryParse(line.AsSpan(line.LastIndexOf('\t') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int inner))
                {
                    return inner;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return pid; // The process is gone; its own idea of its pid no longer matters.
        }

        return pid;
    }
}
