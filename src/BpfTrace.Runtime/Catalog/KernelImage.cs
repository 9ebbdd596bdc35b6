using BpfTrace.Bpf.Elf;

namespace BpfTrace;

/// <summary>The kernel's image with its symbols, where one is installed (bpftrace <c>src/symbols/kernel.cpp</c>).</summary>
internal static class KernelImage
{
    private const string Variable = "BPFTRACE_VMLINUX";

    /// <summary>The size of a function in bytes, by the first image that has it; null when none has.</summary>
    public static ulong? SizeOf(string function)
    {
        foreach (string path in Paths())
        {
            if (!File.Exists(path))
                continue;
            try
            {
                using ElfFile image = ElfFile.Open(path);
                if (image.TryFindSymbol(function, out ElfSymbol symbol) && symbol is { IsDefined: true, Size: > 0 })
                    return symbol.Size;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ElfFormatException)
            {
                // Not to be read, or no image: the next one, or the kernel alone decides.
            }
        }

        return null;
    }

    private static string[] Paths()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { } named)
            return [named];
        string release = File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), modules = "/lib/modules/" + release;
        return
        [
            "/boot/vmlinux-" + release, $"{modules}/vmlinux-{release}", modules + "/build/vmlinux", $"/usr{modules}/kernel/vmlinux",
            "/usr/lib/debug/boot/vmlinux-" + release, $"/usr/lib/debug/boot/vmlinux-{release}.debug", $"/usr/lib/debug{modules}/vmlinux",
        ];
    }
}
