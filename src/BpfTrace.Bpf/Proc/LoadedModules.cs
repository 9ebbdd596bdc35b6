using System.Text;

namespace BpfTrace.Bpf.Proc;

/// <summary>The kernel's modules as they are loaded now (<c>/proc/modules</c>; fs/proc, kernel/module/procfs.c).</summary>
public static class LoadedModules
{
    private const string Modules = "/proc/modules";

    /// <summary>
    /// What tells the loaded modules from others of the same names: <c>NAME SIZE ADDRESS</c> each, in the kernel's order. Addresses are zero without
    /// CAP_SYSLOG. Empty where the kernel has no modules or does not show them.
    /// </summary>
    public static string[] Identities()
    {
        byte[] text;
        try
        {
            text = VirtualFile.ReadAllBytes(Modules);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // a kernel without CONFIG_MODULES
        }

        return Parse(Encoding.UTF8.GetString(text));
    }

    /// <summary>Reads text in the form of <c>/proc/modules</c>: name, size, references, users, state, address.</summary>
    internal static string[] Parse(string text)
    {
        var found = new List<string>();
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split(' ');
            if (fields.Length >= 6)
                found.Add($"{fields[0]} {fields[1]} {fields[5]}");
        }

        return [.. found];
    }

    /// <summary>The name of a module, from its identity.</summary>
    public static string NameOf(string identity) => identity[..identity.IndexOf(' ')];
}
