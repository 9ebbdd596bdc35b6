using System.Globalization;
using System.Runtime.InteropServices;
using BpfTrace.Bpf.Btf;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>A function of a BPF program that is loaded in the kernel, anybody's.</summary>
/// <param name="ProgramId">The program's id.</param>
/// <param name="Name">The function's name, in full: the kernel's own name for a program is cut at 15 characters.</param>
/// <param name="BtfId">The function in the program's BTF.</param>
public sealed record LoadedProgramFunction(uint ProgramId, string Name, uint BtfId);

/// <summary>The BPF programs in the kernel, and their functions: what fentry and fexit can attach to besides the kernel's own.</summary>
public static unsafe class LoadedPrograms
{
    /// <summary>
    /// The functions of all programs with BTF, in the order of their ids: the program's own first, then its subprograms. Empty without
    /// CAP_SYS_ADMIN, which walking the ids needs.
    /// </summary>
    public static IReadOnlyList<LoadedProgramFunction> Functions()
    {
        var found = new List<LoadedProgramFunction>();
        var next = new GetIdAttr();
        while (BpfSyscall.Call(BpfCommand.BPF_PROG_GET_NEXT_ID, ref next) >= 0)
        {
            next.start_id = next.next_id;
            var open = new GetIdAttr { start_id = next.next_id };
            using SafeBpfHandle? program = BpfSyscall.Open(BpfCommand.BPF_PROG_GET_FD_BY_ID, ref open, out _);
            if (program is not null)
                AddFunctions(found, next.next_id, program);
        }

        return found;
    }

    /// <summary>Opens a program.</summary>
    /// <exception cref="BpfException">There is none of that id, any more.</exception>
    internal static SafeBpfHandle Open(uint id)
    {
        var open = new GetIdAttr { start_id = id };
        return BpfSyscall.Open(BpfCommand.BPF_PROG_GET_FD_BY_ID, ref open, out int errno)
            ?? throw BpfException.FromErrno(errno, string.Create(CultureInfo.InvariantCulture, $"opening BPF program {id}"));
    }

    private static void AddFunctions(List<LoadedProgramFunction> found, uint id, SafeBpfHandle program)
    {
        var info = default(ProgInfo);
        if (BpfSyscall.GetInfo(program, ref info) < 0 || info.btf_id == 0 || info.nr_func_info == 0 || info.func_info_rec_size < BpfFuncInfo.Size)
            return; // without BTF nothing can be attached to it
        if (ReadBtf(info.btf_id) is not { } types)
            return;
        var records = new byte[checked((int)(info.nr_func_info * info.func_info_rec_size))];
        fixed (byte* pointer = records)
        {
            var query = new ProgInfo { nr_func_info = info.nr_func_info, func_info_rec_size = info.func_info_rec_size, func_info = (ulong)pointer };
            if (BpfSyscall.GetInfo(program, ref query) < 0)
                return;
        }

        for (int i = 0; i < info.nr_func_info; i++)
        {
            BpfFuncInfo record = MemoryMarshal.Read<BpfFuncInfo>(records.AsSpan((int)(i * info.func_info_rec_size)));
            if (record.TypeId < types.TypeCount && types.GetType((int)record.TypeId) is { Kind: BtfKind.Func } function)
                found.Add(new LoadedProgramFunction(id, function.Name, record.TypeId));
        }
    }

    private static BtfFile? ReadBtf(uint id)
    {
        var open = new GetIdAttr { start_id = id };
        using SafeBpfHandle? btf = BpfSyscall.Open(BpfCommand.BPF_BTF_GET_FD_BY_ID, ref open, out _);
        if (btf is null)
            return null;
        var info = default(BtfInfo);
        if (BpfSyscall.GetInfo(btf, ref info) < 0)
            return null;
        var data = new byte[info.btf_size];
        fixed (byte* pointer = data)
        {
            info = new BtfInfo { btf = pointer, btf_size = (uint)data.Length };
            if (BpfSyscall.GetInfo(btf, ref info) < 0)
                return null;
        }

        try
        {
            return BtfFile.Parse(data);
        }
        catch (BtfFormatException)
        {
            return null; // a form this reader does not know: its functions cannot be named
        }
    }
}
