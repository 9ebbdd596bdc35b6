using System.Globalization;

namespace BpfTrace.Compiler;

/// <summary>Names of the kernel maps that no script declares, as they stand in the <c>CollectionSpec</c>.</summary>
public static class KernelMaps
{
    /// <summary>The ring buffer of output records.</summary>
    public const string RingBuffer = "ringbuf";

    /// <summary>The rings of packets that <c>skboutput()</c> sends, one a CPU: an array of perf events. Present when a program calls it.</summary>
    public const string Packets = "packets";

    /// <summary>Per-CPU array, one u64: records that did not fit into the ring buffer, or packets into their rings. Sum over the CPUs.</summary>
    public const string LossCounter = "event_loss_counter";

    /// <summary>
    /// Per-CPU array, one u64: 1 while a program of the script is at work on the CPU. Present when
    /// <see cref="Language.Binding.BoundProgram.NeedsRecursionGuard"/>.
    /// </summary>
    public const string RecursionGuard = "recursion_guard";

    /// <summary>Per-CPU array, one entry per program: its scratch frame.</summary>
    public const string Scratch = "scratch";

    /// <summary>
    /// Array, one entry per program and CPU: the frames of programs that need more than a per-CPU array's value may hold (32 KB).
    /// </summary>
    public const string LargeScratch = "scratch_large";

    /// <summary>
    /// Array, one entry of three u64. The runtime sets two before it attaches: the boot-clock time the trace started
    /// (<c>elapsed</c>), and what to add to boot-clock time for <c>sw_tai</c>. The programs set the third, 0 at first, when one has called
    /// <c>exit()</c>. Present when a program uses any.
    /// </summary>
    public const string Session = "session";

    /// <summary>
    /// Hash of maps, u32 pid to an array as <see cref="UnwindMappings"/>: the processes whose stacks can be unwound. Present, with the three others, when a
    /// program calls <c>dw_ustack()</c>; the runtime fills it. From the start it has an entry 0, which means nothing.
    /// </summary>
    public const string UnwindProcesses = "unwind_processes";

    /// <summary>Array of maps, u32 number of a file to an array as <see cref="UnwindTable"/>. Entry 0 means nothing.</summary>
    public const string UnwindFiles = "unwind_files";

    /// <summary>
    /// What arrays of a process's executable mappings are like: values of <see cref="UnwindMappingSize"/> bytes, in element 0 the number (u64) of those that
    /// follow, in the order of their addresses: u64 start, u64 end, u64 bias (what to take off an address to have it as the table does), u32 number of the
    /// file, u32 rows of its table, u64 (what to take off an address to have the offset in the file), s32 status, 20 bytes of build id.
    /// </summary>
    public const string UnwindMappings = "unwind_mappings";

    /// <summary>What arrays of a file's table are like: u64, see <see cref="Bpf.Unwind.UnwindFormat"/>.</summary>
    public const string UnwindTable = "unwind_table";

    /// <summary>Bytes of an element of <see cref="UnwindMappings"/>.</summary>
    public const int UnwindMappingSize = 64;

    /// <summary>
    /// Array of maps with one element: the map of the script that <paramref name="map"/> names. Present when <see cref="CompileOptions.SwappableMaps"/>.
    /// </summary>
    public static string Slot(string map) => map + ".slot";

    /// <summary>The hash map with the frames of stacks of at most <paramref name="words"/> u64: u64 id to u64[words].</summary>
    public static string Stacks(int words) => "stack_" + words.ToString(CultureInfo.InvariantCulture);
}
