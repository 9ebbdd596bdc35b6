using System.Collections.Concurrent;

namespace BpfTrace.Bpf.Btf;

/// <summary>
/// The running kernel's type information: <c>/sys/kernel/btf/vmlinux</c> and the modules' beside it (split BTF, Linux 5.11).
/// Each is opened when first asked for and kept. The environment variable <c>BPFTRACE_BTF</c> names another vmlinux BTF, as for
/// bpftrace. Safe for concurrent use.
/// </summary>
public sealed class KernelBtf : IDisposable
{
    /// <summary>Where the kernel shows its BTF.</summary>
    public const string DefaultDirectory = "/sys/kernel/btf";

    private readonly string _directory;
    private readonly ConcurrentDictionary<string, BtfFile> _modules = new(StringComparer.Ordinal);
    private readonly Lazy<BtfFile> _vmlinux;

    /// <summary>Sees the BTF in a directory laid out as <c>/sys/kernel/btf</c>.</summary>
    /// <param name="directory">The directory; null for the running kernel's.</param>
    /// <param name="vmlinuxPath">The vmlinux BTF; null for <c>vmlinux</c> in the directory.</param>
    public KernelBtf(string? directory = null, string? vmlinuxPath = null)
    {
        _directory = directory ?? DefaultDirectory;
        if (vmlinuxPath is null && directory is null)
            vmlinuxPath = Environment.GetEnvironmentVariable("BPFTRACE_BTF");
        VmlinuxPath = string.IsNullOrEmpty(vmlinuxPath) ? Path.Combine(_directory, "vmlinux") : vmlinuxPath;
        // A failure is not kept: there may have been no descriptor for the file.
        _vmlinux = new Lazy<BtfFile>(() => BtfFile.Open(VmlinuxPath, name: "vmlinux"), LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>The file that <see cref="Vmlinux"/> is read from.</summary>
    public string VmlinuxPath { get; }

    /// <summary>Whether the kernel shows its BTF (<c>CONFIG_DEBUG_INFO_BTF</c>).</summary>
    public bool IsAvailable => File.Exists(VmlinuxPath);

    /// <summary>The BTF of the kernel proper.</summary>
    /// <exception cref="IOException">The kernel has none, or it cannot be read.</exception>
    /// <exception cref="BtfFormatException">The file is malformed.</exception>
    public BtfFile Vmlinux => _vmlinux.Value;

    /// <summary>The names of the modules that have BTF, sorted.</summary>
    public IReadOnlyList<string> ModuleNames
    {
        get
        {
            if (!Directory.Exists(_directory))
                return [];
            List<string> names = [];
            foreach (string path in Directory.EnumerateFiles(_directory))
            {
                string name = Path.GetFileName(path);
                if (name != "vmlinux")
                    names.Add(name);
            }

            names.Sort(StringComparer.Ordinal);
            return names;
        }
    }

    /// <summary>The BTF of a module, split from <see cref="Vmlinux"/>; null if the module is not loaded or has none. <c>vmlinux</c> gives the kernel's.</summary>
    /// <exception cref="BtfFormatException">The file is malformed.</exception>
    public BtfFile? GetModule(string name)
    {
        if (name == "vmlinux")
            return Vmlinux;
        if (_modules.TryGetValue(name, out BtfFile? module))
            return module;
        string path = Path.Combine(_directory, name);
        if (name.Contains('/') || !File.Exists(path))
            return null;
        return _modules.GetOrAdd(name, BtfFile.Open(path, Vmlinux, name));
    }

    /// <summary>Reads a module's BTF anew when it is next asked for: another module of that name was loaded. What was taken from the old one stays readable.</summary>
    public void Forget(string name) => _modules.TryRemove(name, out _);

    /// <summary>Finds a type in vmlinux, then in each module in the order of their names.</summary>
    /// <param name="name">The name without <c>struct</c> and the like.</param>
    /// <param name="kind">The kind.</param>
    /// <returns>The type, or null. Its <see cref="BtfFile.Name"/> tells the module.</returns>
    public BtfType? FindByName(string name, BtfKind kind)
    {
        if (Vmlinux.FindByName(name, kind) is { } type)
            return type;
        foreach (string module in ModuleNames)
        {
            if (GetModule(module)?.FindOwnByName(name, kind) is { } found)
                return found;
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (BtfFile module in _modules.Values)
            module.Dispose();
        if (_vmlinux.IsValueCreated)
            _vmlinux.Value.Dispose();
    }
}
