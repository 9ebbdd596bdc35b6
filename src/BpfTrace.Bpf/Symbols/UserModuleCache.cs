using System.Globalization;
using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf.Symbols;

/// <summary>Symbol tables of mapped files, one for each (device, inode, time of change), shared by all processes.</summary>
internal sealed class UserModuleCache
{
    private readonly Dictionary<FileIdentity, UserModule> _modules = [];
    private UserModule? _vdso;

    /// <summary>The symbols of a mapping's file.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="mapping">One of its mappings.</param>
    /// <param name="sameMounts">Whether the process sees the same mounts as we do, so that its paths are valid after it has ended.</param>
    public UserModule Get(int pid, ProcessMapping mapping, bool sameMounts)
    {
        if (mapping.Path == "[vdso]")
            return _vdso ??= ReadVdso();
        if (!mapping.IsFile)
            return UserModule.None;

        foreach ((string root, string path) in Candidates(pid, mapping, sameMounts))
        {
            // A deleted file no longer changes; the time of its link in map_files is that of our looking.
            long changed = mapping.IsDeleted ? 0 : File.GetLastWriteTimeUtc(root + path).Ticks;
            var key = new FileIdentity(mapping.Device, mapping.Inode, changed);
            if (_modules.TryGetValue(key, out UserModule? module))
                return module;
            try
            {
                if (!File.Exists(root + path))
                    continue;
                using ElfFile file = ElfFile.Open(root + path);
                return _modules[key] = UserModule.Read(file, mapping.Path, root);
            }
            catch (ElfFormatException)
            {
                return _modules[key] = UserModule.None; // A mapped data file, or a JIT compiler's memory.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // Gone, or not ours to read on this way: the next one may do.
            }
        }

        return UserModule.None;
    }

    private sealed record FileIdentity(ulong Device, ulong Inode, long Changed);

    /// <summary>Ways to the file: by name in the process's root, by the mapping itself (deleted files; needs CAP_SYS_ADMIN), by name in our own root.</summary>
    private static IEnumerable<(string Root, string Path)> Candidates(int pid, ProcessMapping mapping, bool sameMounts)
    {
        if (!mapping.IsDeleted)
            yield return ($"/proc/{pid}/root", mapping.Path);
        else
            yield return ("", string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/map_files/{mapping.Start:x}-{mapping.End:x}"));
        if (sameMounts && !mapping.IsDeleted)
            yield return ("", mapping.Path);
    }

    /// <summary>The kernel gives every process the same code page; ours is the one that we can read without any right.</summary>
    private static UserModule ReadVdso()
    {
        try
        {
            foreach (ProcessMapping mapping in ProcessMaps.Read(Environment.ProcessId).Mappings)
            {
                if (mapping.Path != "[vdso]")
                    continue;
                byte[] image = new byte[mapping.End - mapping.Start];
                using var memory = File.OpenHandle("/proc/self/mem");
                RandomAccess.Read(memory, image, (long)mapping.Start);
                using ElfFile file = ElfFile.Parse(image);
                return UserModule.Read(file, "[vdso]", "");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ElfFormatException)
        {
            return UserModule.None; // Frames in it are shown as addresses.
        }

        return UserModule.None;
    }
}
