using BpfTrace.Bpf.Proc;

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
                    if (symbols.TryFind(address, out _))
                        path = program;
                }

                return path.Length > 0;
            }

            ProcessMapping? mapping = process.Maps.Find(address);
            if (mapping is null && Refresh(process))
                mapping = process.Maps.Find(address);
            if (mapping is null || !mapping.IsFile || mapping.IsDeleted || !process.ModuleOf(mapping, _modules).TryGetFileAddress(mapping, address, out fileAddress))
                return false;
            path = process.SameMounts ? mapping.Path : $"/proc/{pid}/root{mapping.Path}";
            return true;
        }
    }
}
