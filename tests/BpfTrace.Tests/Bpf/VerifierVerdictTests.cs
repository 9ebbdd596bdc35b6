using BpfTrace.Bpf;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Tests.Bpf;

/// <summary>The verdict is read from the end of the verifier's log, in the wording of each kernel.</summary>
public sealed class VerifierVerdictTests
{
    private const string Statistics = "processed 14 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 1";

    [Theory]
    // Each line as the kernel writes it: kernel/bpf/verifier.c.
    [InlineData("R1 invalid mem access 'scalar'", VerifierFault.InvalidAccess)]
    [InlineData("R1 invalid mem access 'inv'", VerifierFault.InvalidAccess)] // before 5.18
    [InlineData("R8 invalid mem access 'map_value_or_null'", VerifierFault.MissingNullCheck)]
    [InlineData("R2 pointer arithmetic on ptr_or_null_ prohibited, null-check it first", VerifierFault.MissingNullCheck)]
    [InlineData("R2 pointer arithmetic on map_value_or_null prohibited, null-check it first", VerifierFault.MissingNullCheck)]
    [InlineData("R2 min value is negative, either use unsigned or 'var &= const'", VerifierFault.Unbounded)]
    [InlineData("R4 unbounded memory access, use 'var &= const' or 'if (var < const)'", VerifierFault.Unbounded)]
    [InlineData("math between map_value pointer and register with unbounded min value is not allowed", VerifierFault.Unbounded)]
    [InlineData("R1 max value is outside of the allowed memory range", VerifierFault.OutOfBounds)]
    [InlineData("invalid access to map value, value_size=8 off=8 size=8", VerifierFault.OutOfBounds)]
    [InlineData("access beyond struct task_struct at off 99999 size 8", VerifierFault.OutOfBounds)]
    [InlineData("invalid bpf_context access off=400 size=8", VerifierFault.InvalidContextAccess)]
    [InlineData("dereference of modified ctx ptr R1 off=736000 disallowed", VerifierFault.InvalidContextAccess)]
    [InlineData("R9 !read_ok", VerifierFault.Uninitialised)]
    [InlineData("invalid indirect read from stack R2 off -16+0 size 16", VerifierFault.Uninitialised)]
    [InlineData("infinite loop detected at insn 12", VerifierFault.EndlessLoop)]
    [InlineData("back-edge from insn 7 to 3", VerifierFault.EndlessLoop)]
    [InlineData("BPF program is too large. Processed 1000001 insn", VerifierFault.TooComplex)]
    [InlineData("The sequence of 8193 jumps is too complex.", VerifierFault.TooComplex)]
    [InlineData("The total number of maps per program has reached the limit of 64", VerifierFault.TooManyMaps)]
    [InlineData("combined stack size of 2 calls is 544. Too large", VerifierFault.StackTooLarge)]
    [InlineData("invalid write to stack R10 off=-520 size=8", VerifierFault.StackTooLarge)]
    [InlineData("the call stack of 9 frames is too deep !", VerifierFault.CallsTooDeep)]
    [InlineData("Unreleased reference id=2 alloc_insn=4", VerifierFault.UnreleasedReference)]
    [InlineData("calling kernel function bpf_task_from_pid is not allowed", VerifierFault.KernelFunctionNotAllowed)]
    [InlineData("attach_btf_id 123 is not a function", VerifierFault.InvalidTarget)]
    [InlineData("cannot call GPL-restricted function from non-GPL compatible program", VerifierFault.License)]
    [InlineData("R1 type=scalar expected=ptr_, trusted_ptr_, rcu_ptr_", VerifierFault.InvalidArgument)]
    [InlineData("R1 type=inv expected=ptr_", VerifierFault.InvalidArgument)]
    [InlineData("something a later kernel says", VerifierFault.Other)]
    public void The_line_before_the_statistics_decides(string line, VerifierFault fault)
    {
        VerifierVerdict verdict = VerifierVerdict.Read(["0: R1=ctx() R10=fp0", "; @x = 1; @ stdin:1", "0: (b7) r2 = 1", line, Statistics, ""]);
        Assert.Equal(fault, verdict.Fault);
        Assert.Equal(line, verdict.Line);
    }

    [Theory]
    [InlineData(new[] { "1: (85) call bpf_get_socket_cookie#46", "program of this type cannot use helper bpf_get_socket_cookie#46" }, "bpf_get_socket_cookie", 46)] // since 6.12
    [InlineData(new[] { "1: (85) call bpf_get_socket_cookie#46", "unknown func bpf_get_socket_cookie#46" }, "bpf_get_socket_cookie", 46)] // 6.1
    [InlineData(new[] { "37: (85) call bpf_d_path#147", "helper call is not allowed in probe" }, "bpf_d_path", 147)]
    public void A_refused_helper_is_named(string[] log, string helper, int number)
    {
        VerifierVerdict verdict = VerifierVerdict.Read([.. log, Statistics]);
        Assert.Equal(VerifierFault.HelperNotAllowed, verdict.Fault);
        Assert.Equal((helper, number), (verdict.Helper, verdict.HelperNumber));
    }

    /// <summary>Whole logs, recorded of refused scripts on the kernels they are named after.</summary>
    [Theory]
    [InlineData("6.1-helper", VerifierFault.HelperNotAllowed, "bpf_get_socket_cookie")]
    [InlineData("6.12-helper", VerifierFault.HelperNotAllowed, "bpf_get_socket_cookie")]
    [InlineData("6.18-helper", VerifierFault.HelperNotAllowed, "bpf_get_socket_cookie")]
    [InlineData("6.1-path", VerifierFault.HelperNotAllowed, "bpf_d_path")]
    [InlineData("6.12-path", VerifierFault.HelperNotAllowed, "bpf_d_path")]
    [InlineData("6.1-argument", VerifierFault.InvalidArgument, "bpf_d_path")]
    [InlineData("6.12-argument", VerifierFault.InvalidArgument, "bpf_d_path")]
    [InlineData("6.18-argument", VerifierFault.InvalidArgument, "bpf_d_path")]
    [InlineData("6.1-context", VerifierFault.InvalidContextAccess, null)]
    [InlineData("6.12-context", VerifierFault.InvalidContextAccess, null)]
    [InlineData("6.18-context", VerifierFault.InvalidContextAccess, null)]
    public void Recorded_logs_are_understood(string name, VerifierFault fault, string? helper)
    {
        string[] log = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Bpf", "VerifierLogs", name + ".log"));
        VerifierVerdict verdict = VerifierVerdict.Read(log);
        Assert.Equal((fault, helper), (verdict.Fault, verdict.Helper));
        Assert.True(VerifierStatistics.Read(log)!.ProcessedInstructions >= 2);

        // The tail ends with the verdict, and without it nothing is made of the rest.
        Assert.Equal(verdict.Line, VerifierVerdict.Tail(log, 8)[^1].Trim());
        string[] rest = [.. log.Where(line => line.Trim() != verdict.Line)];
        Assert.Equal(VerifierFault.Other, VerifierVerdict.Read(rest).Fault);
    }

    [Fact]
    public void A_helper_no_kernel_has_is_another_fault()
    {
        VerifierVerdict verdict = VerifierVerdict.Read(["1: (85) call unknown#250", "invalid func unknown#250", Statistics]);
        Assert.Equal(VerifierFault.HelperUnknown, verdict.Fault);
    }

    [Fact]
    public void A_verdict_about_an_access_is_not_blamed_on_an_earlier_call()
    {
        VerifierVerdict verdict = VerifierVerdict.Read(["4: (85) call bpf_map_lookup_elem#1", "5: (79) r1 = *(u64 *)(r3 +0)", "R3 invalid mem access 'scalar'", Statistics]);
        Assert.Equal(VerifierFault.InvalidAccess, verdict.Fault);
        Assert.Null(verdict.Helper);
    }

    [Fact]
    public void Without_a_log_the_errno_says_that_there_are_too_many_instructions()
    {
        Assert.Equal(VerifierFault.TooLarge, VerifierVerdict.Read([], Errno.E2BIG).Fault);
        Assert.Equal(VerifierFault.Other, VerifierVerdict.Read([], Errno.EINVAL).Fault);
    }

    [Fact]
    public void Statistics_are_read_from_the_end()
    {
        VerifierStatistics? statistics = VerifierStatistics.Read(["0: (95) exit", "verification time 651 usec", "stack depth 24+16", "processed 147 insns (limit 1000000) max_states_per_insn 0 total_states 12 peak_states 11 mark_read 0", ""]);
        Assert.NotNull(statistics);
        Assert.Equal((147, 651, 11), (statistics.ProcessedInstructions, statistics.Time.TotalMicroseconds, statistics.PeakStates));
        Assert.Equal(new[] { 24, 16 }, statistics.StackDepths);
        Assert.Null(VerifierStatistics.Read(["0: (95) exit"]));
    }

    [Theory]
    [InlineData(1, "3.19")]
    [InlineData(5, "4.1")]
    [InlineData(46, "4.12")]
    [InlineData(112, "5.5")]
    [InlineData(147, "5.10")]
    [InlineData(164, "5.13")]
    [InlineData(173, "5.15")]
    [InlineData(181, "5.17")]
    [InlineData(195, "5.19")]
    [InlineData(208, "6.1")]
    [InlineData(999, null)]
    [InlineData(0, null)]
    public void It_is_known_since_when_there_is_a_helper(int helper, string? release) => Assert.Equal(release, HelperHistory.Since(helper));
}
