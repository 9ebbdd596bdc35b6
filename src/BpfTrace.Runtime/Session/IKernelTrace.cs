using System.Collections.Immutable;
using BpfTrace.Bpf;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace;

/// <summary>
/// The kernel's side of a session: programs loaded, links made, the ring buffer open. The session logic above it is the same
/// for the live kernel and for a scripted one in tests.
/// </summary>
internal interface IKernelTrace : IDisposable
{
    /// <summary>How many probes are attached, begin and end probes included.</summary>
    int ProbeCount { get; }

    /// <summary>True when nothing but begin and end probes exists: the trace ends when the buffer is empty.</summary>
    bool HasOnlyBeginAndEnd { get; }

    /// <summary>Probes that were skipped, as the <c>missing_probes</c> policy says.</summary>
    ImmutableArray<Diagnostic> Warnings { get; }

    /// <summary>The process id of the command started for this trace; null when there is none.</summary>
    int? ChildProcessId { get; }

    /// <summary>How the command ended; null before, or when there is none.</summary>
    CommandExit? CommandExit => null;

    /// <summary>
    /// Hands over the records that are there. When there are none, waits for the first, for a watched process to end, for <see cref="Wake"/>, or
    /// for the time to be over, and hands over what is there then.
    /// </summary>
    /// <param name="handler">Called for each record; after an exception from it the buffer is not read further.</param>
    /// <param name="timeoutMilliseconds">The longest wait; 0 not to wait.</param>
    /// <returns>How many records there were; not all that are there when there are many.</returns>
    int Poll(RingBufferRecordHandler handler, int timeoutMilliseconds);

    /// <summary>
    /// Whether a program has taken room in the buffer for a record that it has not finished yet, because something else got its processor meanwhile. What was
    /// sent after it waits behind it.
    /// </summary>
    bool HasUnfinished => false;

    /// <summary>Ends a waiting <see cref="Poll"/>, or the next one, from another thread; never throws, also after disposal.</summary>
    void Wake();

    /// <summary>Whether the traced process (<c>-p</c>) or the command (<c>-c</c>) has ended.</summary>
    bool HasTargetExited { get; }

    /// <summary>True while an iterator walks over the kernel's objects: <c>exit()</c> does not cut it short, the trace ends when it is done.</summary>
    bool IsWalking => false;

    /// <summary>What attaching has to tell the user, lines without their ends: where an iterator is pinned.</summary>
    ImmutableArray<string> Messages => [];

    /// <summary>How many records the programs could not send, by their own count.</summary>
    long ReadLossCount();

    /// <summary>The probe hits the kernel skipped, as far as it counts them. Any thread.</summary>
    IReadOnlyList<MissedHits> ReadMisses();

    /// <summary>How often each probe's program ran and how long; none where that is not measured.</summary>
    ImmutableArray<ProbeRunTime> ReadRunTimes() => [];

    /// <summary>Takes the probes away. The programs, the maps and the buffer stay. Does nothing the second time.</summary>
    void Detach();

    /// <summary>Runs the END programs.</summary>
    void RunEnd();

    /// <summary>Ends the command: asked first, then killed.</summary>
    void EndChild();
}
