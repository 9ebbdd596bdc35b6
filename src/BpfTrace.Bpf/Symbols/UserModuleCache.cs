using System.Globalization;
using BpfTrace.Bpf.Elf;
using BpfTrace.Bpf.Proc;

namespace BpfTrace.Bpf.Symbols;

/// <summary>
/// Symbol tables of mapped files, shared by all processes: one for each (device, inode, time of change), and only one for the copies of a file (build
/// id and length) that containers bring along. They may take so much memory; then the longest unused go.
/// </summary>
/// <param name="demangle">Whether C++ and Rust names are made readable.</param>
/// <param name="debugDirectories">Where else separate debug files are looked for, separated by colons.</param>
/// <param name="sizeLimit">The most that is kept, in bytes; the last one read is kept whatever its size.</param>
internal sealed class UserModuleCache(bool demangle, string? debugDirectories = null, long sizeLimit = 512 * 1024 * 1024)
{
    private readonly Dictionary<FileIdentity, Entry> _modules = [];
    private readonly Dictionary<string, UserModule> _byBuildId = new(StringComparer.Ordinal);
    private UserModule? _vdso;
    private long _size;
    private long _uses;

    /// <summary>Another number after modules were dropped: who holds some lets go of them.</summary>
    public int Generation { get; private set; }

    /// <summary>The symbols of a mapping's file.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="mapping">One of its mappings.</param>
    /// <param name="roots">What to put before its path.</param>
    public UserModule Get(int pid, ProcessMapping mapping, IEnumerable<string> roots)
    {
        if (mapping.Path == "[vdso]")
            return mapping.End > uint.MaxValue ? _vdso ??= ReadVdso() : UserModule.None; // a process of 32 bits has another one
        if (!mapping.IsFile)
            return UserModule.None;

        foreach ((string root, string path) in Candidates(pid, mapping, roots))
        {
            FileIdentity? key = null;
            try
            {
                // Of the file itself also where it is reached by its mapping: a number is given anew when the file that had it is gone.
                if (Proc.FileIdentity.ModifiedTime(root + path) is not { } changed)
                    continue;
                key = new FileIdentity(mapping.Device, mapping.Inode, changed);
                if (_modules.TryGetValue(key, out Entry? entry))
                {
                    entry.LastUse = ++_uses;
                    return entry.Module;
                }

                if (path == mapping.Path && IsAnother(root + path, mapping))
                {
                    if (ReadBefore(mapping) is { } known)
                        return known;
                    continue;
                }

                return Keep(key, Read(root + path, mapping.Path, root));
            }
            catch (ElfFormatException)
            {
                return Keep(key!, UserModule.None); // A mapped data file, or a JIT compiler's memory.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // Gone, or not ours to read on this way: the next one may do.
            }
        }

        return ReadBefore(mapping) ?? UserModule.None;
    }

    /// <summary>What was read of a file while there still was a way to it. Of several builds that had the same number nobody knows which it was.</summary>
    private UserModule? ReadBefore(ProcessMapping mapping)
    {
        Entry? found = null;
        foreach ((FileIdentity key, Entry entry) in _modules)
        {
            if (key.Device != mapping.Device || key.Inode != mapping.Inode)
                continue;
            if (found is not null && found.Module != entry.Module)
                return null;
            found = entry;
        }

        if (found is not null)
            found.LastUse = ++_uses;
        return found?.Module;
    }

    /// <summary>Reads a file's symbols, or has them from a copy of it.</summary>
    /// <param name="file">The file, by a path that we can open.</param>
    /// <param name="path">Its path inside of the root.</param>
    /// <param name="root">The root in which a debug file is looked for.</param>
    public UserModule Read(string file, string path, string root)
    {
        using ElfFile elf = ElfFile.Open(file);
        if (elf.BuildId is not { Length: > 0 } id)
            return UserModule.Read(elf, path, root, demangle, debugDirectories);
        string key = string.Create(CultureInfo.InvariantCulture, $"{id}:{elf.Length}");
        if (!_byBuildId.TryGetValue(key, out UserModule? module))
            _byBuildId[key] = module = UserModule.Read(elf, path, root, demangle, debugDirectories);
        return module;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _modules.Clear();
        _byBuildId.Clear();
        _size = 0;
        Generation++;
    }

    private UserModule Keep(FileIdentity key, UserModule module)
    {
        bool isNew = true;
        foreach (Entry entry in _modules.Values)
            isNew &= entry.Module != module;
        _modules[key] = new Entry(module) { LastUse = ++_uses };
        _size += isNew ? module.Size : 0;
        if (_size > sizeLimit)
            Shrink(module);
        return module;
    }

    private void Shrink(UserModule last)
    {
        foreach ((FileIdentity key, Entry entry) in _modules.OrderBy(static m => m.Value.LastUse).ToList())
        {
            if (entry.Module != last)
                _modules.Remove(key);
            _size = Held();
            if (_size <= sizeLimit / 2)
                break;
        }

        HashSet<UserModule> held = [.. _modules.Values.Select(static e => e.Module)];
        foreach (string key in _byBuildId.Where(p => !held.Contains(p.Value)).Select(static p => p.Key).ToList())
            _byBuildId.Remove(key);
        Generation++;
    }

    private long Held() => _modules.Values.Select(static e => e.Module).Distinct().Sum(static m => m.Size);

    private sealed record FileIdentity(ulong Device, ulong Inode, long Changed);

    private sealed class Entry(UserModule module)
    {
        public UserModule Module => module;

        public long LastUse { get; set; }
    }

    /// <summary>
    /// Ways to the file: by name in each root; one that was deleted, or replaced after it was mapped, by the mapping itself, while it lasts (needs
    /// CAP_SYS_ADMIN).
    /// </summary>
    private static IEnumerable<(string Root, string Path)> Candidates(int pid, ProcessMapping mapping, IEnumerable<string> roots)
    {
        IEnumerable<(string, string)> itself = [("", string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/map_files/{mapping.Start:x}-{mapping.End:x}"))];
        return mapping.IsDeleted ? itself : roots.Select(root => (root, mapping.Path)).Concat(itself);
    }

    /// <summary>
    /// Whether another file has the path by now: what is built or installed anew while a trace runs. File systems that show files of others, as overlayfs
    /// does, have other devices for them than mappings; their numbers say nothing.
    /// </summary>
    private static bool IsAnother(string path, ProcessMapping mapping) =>
        Proc.FileIdentity.Of(path) is { } found && found.Inode != mapping.Inode && found.KernelDevice == mapping.Device;

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
                int length = RandomAccess.Read(memory, image, (long)mapping.Start);
                using ElfFile file = ElfFile.Parse(image.AsMemory(0, length));
                return UserModule.Read(file, "[vdso]", "", demangle: false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ElfFormatException)
        {
            return UserModule.None; // Frames in it are shown as addresses.
        }

        return UserModule.None;
    }
}
