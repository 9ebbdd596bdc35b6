using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BpfTrace.Bpf.Syscalls;

// The members of union bpf_attr (include/uapi/linux/bpf.h), one struct per command. A struct may be shorter than the
// kernel's union: the kernel takes the rest as zero. Field names are the kernel's. Checked against the running
// kernel's BTF by the ABI tests.

[InlineArray(16)]
internal struct BpfObjectName
{
    private byte _element0;

    /// <summary>BPF_OBJ_NAME_LEN - 1 characters; what the kernel refuses (all but [A-Za-z0-9_.]) becomes '_'.</summary>
    public static BpfObjectName From(string name)
    {
        BpfObjectName result = default;
        int length = Math.Min(name.Length, 15);
        for (int i = 0; i < length; i++)
        {
            char c = name[i];
            result[i] = char.IsAsciiLetterOrDigit(c) || c is '_' or '.' ? (byte)c : (byte)'_';
        }

        return result;
    }

    public override readonly string ToString()
    {
        ReadOnlySpan<byte> bytes = this;
        int end = bytes.IndexOf((byte)0);
        return System.Text.Encoding.ASCII.GetString(end < 0 ? bytes : bytes[..end]);
    }
}

[StructLayout(LayoutKind.Sequential)]
internal struct MapCreateAttr
{
    public uint map_type;
    public uint key_size;
    public uint value_size;
    public uint max_entries;
    public uint map_flags;
    public uint inner_map_fd;
    public uint numa_node;
    public BpfObjectName map_name;
    public uint map_ifindex;
    public uint btf_fd;
    public uint btf_key_type_id;
    public uint btf_value_type_id;
    public uint btf_vmlinux_value_type_id;
    public ulong map_extra;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MapElementAttr
{
    public uint map_fd;
    private readonly uint _pad;
    public void* key;
    public void* value; // or next_key
    public ulong flags;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MapBatchAttr
{
    public void* in_batch;
    public void* out_batch;
    public void* keys;
    public void* values;
    public uint count;
    public uint map_fd;
    public ulong elem_flags;
    public ulong flags;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ProgLoadAttr
{
    public uint prog_type;
    public uint insn_cnt;
    public void* insns;
    public byte* license;
    public uint log_level;
    public uint log_size;
    public byte* log_buf;
    public uint kern_version;
    public uint prog_flags;
    public BpfObjectName prog_name;
    public uint prog_ifindex;
    public uint expected_attach_type;
    public uint prog_btf_fd;
    public uint func_info_rec_size;
    public void* func_info;
    public uint func_info_cnt;
    public uint line_info_rec_size;
    public void* line_info;
    public uint line_info_cnt;
    public uint attach_btf_id;
    public uint attach_btf_obj_fd; // or attach_prog_fd
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BtfLoadAttr
{
    public void* btf;
    public byte* btf_log_buf;
    public uint btf_size;
    public uint btf_log_size;
    public uint btf_log_level;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RawTracepointOpenAttr
{
    public byte* name;
    public uint prog_fd;
    private readonly uint _pad;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TestRunAttr
{
    public uint prog_fd;
    public uint retval;
    public uint data_size_in;
    public uint data_size_out;
    public void* data_in;
    public void* data_out;
    public uint repeat;
    public uint duration;
    public uint ctx_size_in;
    public uint ctx_size_out;
    public void* ctx_in;
    public void* ctx_out;
    public uint flags;
    public uint cpu;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ObjectInfoAttr
{
    public uint bpf_fd;
    public uint info_len;
    public void* info;
}

/// <summary>Commands that take an id: BPF_*_GET_NEXT_ID (start_id → next_id) and BPF_*_GET_FD_BY_ID.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GetIdAttr
{
    public uint start_id;
    public uint next_id;
    public uint open_flags;
}

[StructLayout(LayoutKind.Sequential)]
internal struct EnableStatsAttr
{
    public uint type;
}

[StructLayout(LayoutKind.Sequential)]
internal struct LinkCreatePerfEventAttr
{
    public uint prog_fd;
    public uint target_fd;
    public uint attach_type;
    public uint flags;
    public ulong bpf_cookie;
}

[StructLayout(LayoutKind.Sequential)]
internal struct LinkCreateTracingAttr
{
    public uint prog_fd;
    public uint target_fd;
    public uint attach_type;
    public uint flags;
    public uint target_btf_id;
    private readonly uint _pad;
    public ulong cookie;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LinkCreateKprobeMultiAttr
{
    public uint prog_fd;
    public uint target_fd;
    public uint attach_type;
    public uint flags;
    public uint kprobe_multi_flags;
    public uint cnt;
    public byte** syms;
    public ulong* addrs;
    public ulong* cookies;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LinkCreateUprobeMultiAttr
{
    public uint prog_fd;
    public uint target_fd;
    public uint attach_type;
    public uint flags;
    public byte* path;
    public ulong* offsets;
    public ulong* ref_ctr_offsets;
    public ulong* cookies;
    public uint cnt;
    public uint uprobe_multi_flags;
    public uint pid;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LinkCreateIterAttr
{
    public uint prog_fd;
    public uint target_fd;
    public uint attach_type;
    public uint flags;
    public void* iter_info;
    public uint iter_info_len;
}

[StructLayout(LayoutKind.Sequential)]
internal struct IterCreateAttr
{
    public uint link_fd;
    public uint flags;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ObjectPinAttr
{
    public byte* pathname;
    public uint bpf_fd;
    public uint file_flags;
}
