using BpfTrace.Bpf;
using BpfTrace.KernelTests.Support;
using static BpfTrace.Bpf.BpfAssembler;

namespace BpfTrace.KernelTests.Bpf;

/// <summary>Programs the running kernel refuses, each for one reason: the reason is recognised whatever this kernel's wording.</summary>
[Collection(KernelCollection.Name)]
public sealed class VerifierFaultTests
{
    private const BpfProgramType RawTracepoint = BpfProgramType.BPF_PROG_TYPE_RAW_TRACEPOINT;

    private static readonly MapSpec s_values = new() { Name = "values", Type = BpfMapType.BPF_MAP_TYPE_HASH, KeySize = 4, ValueSize = 8, MaxEntries = 1 };
    private static readonly MapSpec s_ring = new() { Name = "ring", Type = BpfMapType.BPF_MAP_TYPE_RINGBUF, MaxEntries = (uint)Environment.SystemPageSize };

    private static BpfInstruction[] LookUp => [Store32Imm(R10, -4, 0), Mov(R2, R10), AddImm(R2, -4), LoadMap(R1), LoadMapEnd(), Call(BpfHelper.map_lookup_elem)];

    private static VerifierException Refused(BpfInstruction[] code, params MapSpec[] maps) => Refused(RawTracepoint, code, maps);

    private static VerifierException Refused(BpfProgramType type, BpfInstruction[] code, params MapSpec[] maps) =>
        Assert.Throws<VerifierException>(() => BpfCollection.Load(new CollectionSpec
        {
            Programs = [Program("refused", type, code, [.. maps.Select(m => m.Name)])],
            Maps = [.. maps],
        }).Dispose());

    [RequiresRootFact]
    public void A_number_is_no_address() =>
        Assert.Equal(VerifierFault.InvalidAccess, Refused([MovImm(R1, 1), Load64(R0, R1, 0), Exit()]).Verdict.Fault);

    [RequiresRootFact]
    public void A_looked_up_value_may_be_missing() =>
        Assert.Equal(VerifierFault.MissingNullCheck, Refused([.. LookUp, Load64(R0, R0, 0), Exit()], s_values).Verdict.Fault);

    [RequiresRootFact]
    public void A_value_has_an_end()
    {
        VerifierException error = Refused([.. LookUp, JumpIfEqual(R0, 0, 1), Load64(R1, R0, 8), MovImm(R0, 0), Exit()], s_values);
        Assert.Equal(VerifierFault.OutOfBounds, error.Verdict.Fault);
        Assert.Equal(7, error.FailingInstruction);
    }

    [RequiresRootFact]
    public void An_offset_needs_a_limit() =>
        Assert.Equal(
            VerifierFault.Unbounded,
            Refused([Call(BpfHelper.ktime_get_ns), Mov(R7, R0), .. LookUp, JumpIfEqual(R0, 0, 2), Add(R0, R7), Load64(R1, R0, 0), MovImm(R0, 0), Exit()], s_values).Verdict.Fault);

    [RequiresRootFact]
    public void A_register_has_no_value_at_first() =>
        Assert.Equal(VerifierFault.Uninitialised, Refused([Mov(R0, R9), Exit()]).Verdict.Fault);

    [RequiresRootFact]
    public void A_loop_must_end() =>
        Assert.Equal(VerifierFault.EndlessLoop, Refused([MovImm(R0, 0), JumpIfEqual(R0, 0, -1), Exit()]).Verdict.Fault);

    [RequiresRootFact]
    public void So_many_branches_are_too_much_to_look_at()
    {
        // More open branches than the verifier keeps (BPF_COMPLEXITY_LIMIT_JMP_SEQ, 8192). A loop of a million turns is refused in the same words, and takes seconds.
        var code = new List<BpfInstruction> { Call(BpfHelper.ktime_get_ns) };
        for (int i = 0; i < 8200; i++)
            code.Add(JumpIfNotEqual(R0, i, 0));
        code.AddRange([MovImm(R0, 0), Exit()]);
        Assert.Equal(VerifierFault.TooComplex, Refused([.. code]).Verdict.Fault);
    }

    [RequiresRootFact]
    public void Stacks_add_up()
    {
        BpfInstruction call = new(BpfInstruction.CallOpcode, BpfInstruction.BPF_PSEUDO_CALL << 4, 0, 2);
        Assert.Equal(
            VerifierFault.StackTooLarge,
            // Tracing programs may get a stack of their own for each function (Linux 6.13).
            Refused(BpfProgramType.BPF_PROG_TYPE_SOCKET_FILTER, [Store64Imm(R10, -400, 0), call, MovImm(R0, 0), Exit(), Store64Imm(R10, -200, 0), MovImm(R0, 0), Exit()]).Verdict.Fault);
    }

    [RequiresRootFact]
    public void A_frame_has_512_bytes() =>
        Assert.Equal(VerifierFault.StackTooLarge, Refused([Store64Imm(R10, -520, 0), MovImm(R0, 0), Exit()]).Verdict.Fault);

    [RequiresRootFact]
    public void A_helper_of_other_programs_is_not_to_be_had()
    {
        const int GetSocketCookie = 46;
        VerifierException error = Refused([Call((BpfHelper)GetSocketCookie), MovImm(R0, 0), Exit()]);
        Assert.Equal(VerifierFault.HelperNotAllowed, error.Verdict.Fault);
        Assert.Equal(("bpf_get_socket_cookie", GetSocketCookie), (error.Verdict.Helper, error.Verdict.HelperNumber));
    }

    [RequiresRootFact]
    public void A_helper_no_kernel_has_is_told_apart() =>
        Assert.Equal(VerifierFault.HelperUnknown, Refused([Call((BpfHelper)99_999), Exit()]).Verdict.Fault);

    [RequiresRootFact]
    public void A_helper_wants_arguments_of_its_kinds()
    {
        VerifierException error = Refused([MovImm(R1, 5), Mov(R2, R10), Call(BpfHelper.map_lookup_elem), MovImm(R0, 0), Exit()]);
        Assert.Equal((VerifierFault.InvalidArgument, "bpf_map_lookup_elem"), (error.Verdict.Fault, error.Verdict.Helper));
    }

    [RequiresRootFact]
    public void A_reserved_record_must_be_given_back() =>
        Assert.Equal(
            VerifierFault.UnreleasedReference,
            Refused([LoadMap(R1), LoadMapEnd(), MovImm(R2, 8), MovImm(R3, 0), Call(BpfHelper.ringbuf_reserve), MovImm(R0, 0), Exit()], s_ring).Verdict.Fault);

    [RequiresRootFact]
    public void A_context_has_an_end() =>
        Assert.Equal(VerifierFault.InvalidContextAccess, Refused([Load64(R0, R1, 4000), Exit()]).Verdict.Fault);
}
