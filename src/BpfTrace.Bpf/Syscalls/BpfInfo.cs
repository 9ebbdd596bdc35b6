using System.Runtime.InteropServices;

namespace BpfTrace.Bpf.Syscalls;

// What BPF_OBJ_GET_INFO_BY_FD fills in (include/uapi/linux/bpf.h).

[StructLayout(LayoutKind.Sequential)]
internal struct ProgInfo
{
    public uint type;
    public uint id;
    public ulong tag;
    public uint jited_prog_len;
    public uint xlated_prog_len;
    public ulong jited_prog_insns;
    public ulong xlated_prog_insns;
    public ulong load_time;
    public uint created_by_uid;
    public uint nr_map_ids;
    public ulong map_ids;
    public BpfObjectName name;
    public uint ifindex;
    public uint gpl_compatible;
    public ulong netns_dev;
    public ulong netns_ino;
    public uint nr_jited_ksyms;
    public uint nr_jited_func_lens;
    public ulong jited_ksyms;
    public ulong jited_func_lens;
    public uint btf_id;
    public uint func_info_rec_size;
    public ulong func_info;
    public uint nr_func_info;
    public uint nr_line_info;
    public ulong line_info;
    public ulong jited_line_info;
    public uint nr_jited_line_info;
    public uint line_info_rec_size;
    public uint jited_line_info_rec_size;
    public uint nr_prog_tags;
    public ulong prog_tags;
    public ulong run_time_ns;
    public ulong run_cnt;
    public ulong recursion_misses;
    public uint verified_insns;
    public uint attach_btf_obj_id;
    public uint attach_btf_id;
    private readonly uint _pad;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BtfInfo
{
    public void* btf;
    public uint btf_size;
    public uint id;
    public byte* name;
    public uint name_len;
    public uint kernel_btf;
}

[StructLayout(LayoutKind.Sequential)]
internal struct LinkInfo
{
    public uint type;
    public uint id;
    public uint prog_id;
    private readonly uint _pad;
    // The union by link type. BPF_LINK_TYPE_PERF_EVENT: a type, then for a kprobe func_name, name_len, offset, addr, missed.
    // BPF_LINK_TYPE_KPROBE_MULTI: addrs, count, flags, missed.
    public uint perf_event_type;
    private readonly uint _perfPad;
    public ulong second;
    public ulong kprobe_multi_missed;
    public ulong third;
    public ulong kprobe_missed;
    public ulong fourth;
}
