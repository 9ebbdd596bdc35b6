using System.Globalization;

namespace BpfTrace.Bpf;

/// <summary>A BPF_PROG_TYPE_TRACEPOINT program on a static tracepoint.</summary>
public sealed class TracepointLink : BpfLink
{
    private TracepointLink(PerfEventAttachment attachment)
        : base(attachment)
    {
    }

    /// <summary>Attaches by the tracepoint's id (tracefs events/CATEGORY/NAME/id).</summary>
    /// <param name="program">The program.</param>
    /// <param name="tracepointId">The id.</param>
    /// <param name="cookie">What bpf_get_attach_cookie() returns (Linux 5.15); 0 for none.</param>
    /// <exception cref="BpfException">The kernel refused; EEXIST: the program is on this tracepoint already (load another
    /// instance); E2BIG: 64 programs are.</exception>
    public static TracepointLink Attach(BpfProgram program, ulong tracepointId, ulong cookie = 0)
    {
        ArgumentNullException.ThrowIfNull(program);
        string what = string.Create(CultureInfo.InvariantCulture, $"tracepoint {tracepointId}");
        return new TracepointLink(PerfEventAttachment.Attach(program, PerfEvent.OpenTracepoint(tracepointId, what), cookie, what));
    }
}
