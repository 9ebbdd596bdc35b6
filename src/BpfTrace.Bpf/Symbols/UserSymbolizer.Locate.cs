namespace BpfTrace.Bpf.Symbols;

public sealed partial class UserSymbolizer
{
    /// <summary>The file an address belongs to, by a path that we can open, and the address in it, as its symbol table counts. For what is resolved beyond symbols.</summary>
    /// <returns>False when the address is mapped to no file, or the file is deleted.</returns>
    public bool TryLocate(int pid, ulong address, out string path, out ulong fileAddress)
    {
        lock (_lock)
        {
            (path, fileAddress) = ("", address);
            if (Look(pid) is not { } process)
            {
                foreach ((string program, UserModule symbols) in _programs)
                {
                    if (symbols.TryFind(address, out _, out _))
                        path = program;
                }

                return path.Length > 0;
            }

            if (MappingOf(ref process, address) is not { IsFile: true, IsDeleted: false } mapping
                || !process.ModuleOf(mapping, _modules, _roots).TryGetFileAddress(mapping, address, out fileAddress))
            {
                return false;
            }

            // By our own root where that is the same, so that a file is one for all processes. What was mapped before chroot(2) may lie outside of the new root.
            if (!process.SameMounts)
                path = Roots(process).Select(root => root + mapping.Path).FirstOrDefault(File.Exists, "");
            else
                path = process.Root.Length == 0 || File.Exists(process.Root + mapping.Path) ? process.Root + mapping.Path : mapping.Path;
            return path.Length > 0;
        }
    }
}
