using BpfTrace.Bpf;
using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Dwarf;
using BpfTrace.Bpf.Tracefs;

namespace BpfTrace.Language.Probes;

/// <summary>
/// What exists on the machine a script is bound for. The language asks; the runtime answers from the live kernel, tests
/// from tables. Nothing is read before it is asked for.
/// </summary>
/// <remarks>
/// Patterns are bpftrace's: <c>*</c> matches any run of characters, nothing else is special. A listing that cannot be
/// had (no permission, no such interface) is empty, and <see cref="WhyEmpty"/> says why.
/// </remarks>
public interface IKernelCatalog
{
    /// <summary>The kernel's own types; null when the kernel has no BTF.</summary>
    BtfFile? KernelTypes { get; }

    /// <summary>The types of a module (split BTF over <see cref="KernelTypes"/>); null when it has none.</summary>
    BtfFile? ModuleTypes(string module);

    /// <summary>Which modules have BTF, by name, <c>vmlinux</c> first.</summary>
    IEnumerable<string> TypeModules { get; }

    /// <summary>Kernel functions a kprobe can attach to, as (module, name); <c>vmlinux</c> for the kernel proper.</summary>
    /// <param name="modulePattern">The module's pattern, or null for any.</param>
    /// <param name="functionPattern">The function's pattern or name.</param>
    IEnumerable<(string Module, string Name)> KernelFunctions(string? modulePattern, string functionPattern);

    /// <summary>Kernel functions fentry and fexit can attach to, as (module, name): those with BTF.</summary>
    IEnumerable<(string Module, string Name)> TypedKernelFunctions(string? modulePattern, string functionPattern);

    /// <summary>Tracepoints as (category, event).</summary>
    IEnumerable<(string Category, string Event)> Tracepoints(string categoryPattern, string eventPattern);

    /// <summary>A tracepoint's record; null when there is no such tracepoint or its format cannot be read.</summary>
    TracepointFormat? TracepointFormat(string category, string name);

    /// <summary>Raw tracepoints as (module, name).</summary>
    IEnumerable<(string Module, string Name)> RawTracepoints(string? modulePattern, string eventPattern);

    /// <summary>Functions of the BPF programs in the kernel, which fentry and fexit can attach to (<c>fentry:bpf:…</c>).</summary>
    IEnumerable<LoadedProgramFunction> ProgramFunctions() => [];

    /// <summary>The address of a kernel symbol; null when unknown.</summary>
    ulong? KernelSymbolAddress(string name);

    /// <summary>
    /// The files a binary's name stands for: a path (with wildcards), a library (<c>libc</c>, <c>libssl.so.3</c>), a command
    /// on PATH; seen from the process's mount namespace when one is given.
    /// </summary>
    IEnumerable<string> ResolveBinary(string nameOrPattern, int? processId);

    /// <summary>What is equal for paths that lead to the same file: seen through the roots of two processes, it has two.</summary>
    object FileIdentity(string path) => path;

    /// <summary>Names of binaries that begin with a prefix, for completion: paths (directories with a slash at the end), commands, libraries, sorted.</summary>
    /// <param name="prefix">What was written so far.</param>
    /// <param name="processId">A process whose mapped files are meant too; null for none.</param>
    IEnumerable<string> BinaryNames(string prefix, int? processId) => [];

    /// <summary>A binary's functions; null name pattern gives all.</summary>
    /// <param name="path">An absolute path, as <see cref="ResolveBinary"/> gives it.</param>
    /// <param name="namePattern">The pattern or name to match.</param>
    IEnumerable<UserFunction> UserFunctions(string path, string namePattern);

    /// <summary>How long a kernel function is, in bytes; null where there is no image of the kernel with symbols to look into.</summary>
    /// <param name="name">The function.</param>
    ulong? KernelFunctionSize(string name) => null;

    /// <summary>Whether a place in a binary's function is the beginning of an instruction; null when that cannot be told.</summary>
    /// <param name="path">An absolute path, as <see cref="ResolveBinary"/> gives it.</param>
    /// <param name="function">The function.</param>
    /// <param name="offset">Bytes from its start.</param>
    bool? IsInstruction(string path, UserFunction function, ulong offset) => true;

    /// <summary>A binary's function or variable of a name (<c>uaddr</c>); null when it has none.</summary>
    /// <param name="path">An absolute path, as <see cref="ResolveBinary"/> gives it.</param>
    /// <param name="name">The symbol's name.</param>
    UserFunction? UserSymbol(string path, string name) => UserFunctions(path, name).FirstOrDefault();

    /// <summary>A binary's debug information (DWARF); null when it has none or it cannot be read.</summary>
    /// <param name="path">An absolute path, as <see cref="ResolveBinary"/> gives it.</param>
    /// <param name="directories">Where else to look for debug files, as <see cref="DwarfFile.Open"/> takes it; null for the usual places.</param>
    /// <param name="problem">Why it could not be looked for (no libdw, no right to read the file); null when it was.</param>
    DwarfFile? DebugInformation(string path, string? directories, out string? problem)
    {
        problem = null;
        return null;
    }

    /// <summary>Where a virtual address of a binary is in its file; null when in no part of it, or the binary cannot be read.</summary>
    ulong? FileOffset(string path, ulong address) => null;

    /// <summary>A binary's static probes.</summary>
    IEnumerable<UserStaticProbe> UserStaticProbes(string path, string providerPattern, string namePattern);

    /// <summary>The files mapped executable by a process.</summary>
    IEnumerable<string> MappedBinaries(int processId);

    /// <summary>A control group's id, the inode of its directory; null when there is none.</summary>
    ulong? CgroupId(string path);

    /// <summary>True when the running kernel allows this kind of probe; else <paramref name="reason"/> says what is missing and what to use instead.</summary>
    bool Supports(ProbeType type, out string reason);

    /// <summary>True when one program can be attached to many kernel functions by one link.</summary>
    bool HasKprobeMulti { get; }

    /// <summary>True when such a link can also run one program at the entry and at the return of functions.</summary>
    bool HasKprobeSession => false;

    /// <summary>True when one program can be attached to many user functions by one link.</summary>
    bool HasUprobeMulti { get; }

    /// <summary>Whether programs of a kind of probe may call a function of the kernel (a kfunc).</summary>
    bool AllowsKernelCall(ProbeType type, string function) => false;

    /// <summary>Why a listing came out empty; null when nothing is known against it.</summary>
    string? WhyEmpty(ProbeType type);
}

/// <summary>A function of a user binary.</summary>
/// <param name="Name">The symbol, mangled.</param>
/// <param name="Address">Its virtual address in the file.</param>
/// <param name="FileOffset">Its offset in the file: where a uprobe is placed.</param>
/// <param name="Size">Its size in bytes; 0 when unknown.</param>
public sealed record UserFunction(string Name, ulong Address, ulong FileOffset, ulong Size);

/// <summary>A static probe of a user binary (<c>.note.stapsdt</c>).</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Name">The probe's name.</param>
/// <param name="FileOffset">Where it is in the file.</param>
/// <param name="SemaphoreOffset">Its semaphore's file offset; 0 for none.</param>
/// <param name="Arguments">The argument string of the note, for example <c>-4@%edi 8@-16(%rbp)</c>.</param>
public sealed record UserStaticProbe(string Provider, string Name, ulong FileOffset, ulong SemaphoreOffset, string Arguments);
