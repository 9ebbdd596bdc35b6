using System.Runtime.InteropServices;
using System.Text;
using BpfTrace.Bpf;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Tests.Bpf;

/// <summary>The parts of the kernel layer that need no kernel: lists, logs, messages.</summary>
public sealed class KernelFacadeTests
{
    [Theory]
    [InlineData("0\n", new[] { 0 })]
    [InlineData("0-3\n", new[] { 0, 1, 2, 3 })]
    [InlineData("0-1,4,8-9", new[] { 0, 1, 4, 8, 9 })]
    public void Cpu_lists_are_read(string text, int[] expected) => Assert.Equal(expected, Cpus.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("3-1")]
    [InlineData("a")]
    public void Bad_cpu_lists_are_refused(string text) => Assert.Throws<FormatException>(() => Cpus.Parse(text));

    [Fact]
    public void The_lockdown_mode_is_the_one_in_brackets()
    {
        Assert.Equal("integrity", PrivilegeCheck.ParseLockdown("none [integrity] confidentiality\n"));
        Assert.Equal("none", PrivilegeCheck.ParseLockdown("[none] integrity confidentiality\n"));
    }

    [Fact]
    public void Names_are_cut_and_cleaned_as_the_kernel_demands()
    {
        Assert.Equal("abcdefghijklmno", BpfObjectName.From("abcdefghijklmnopqrstuvwxyz").ToString());
        Assert.Equal(".a_b_c_", BpfObjectName.From(".a-b:c*").ToString());
    }

    [Fact]
    public void A_log_becomes_a_short_message_and_a_place()
    {
        const string Text = """
            0: R1=ctx() R10=fp0
            0: (b7) r2 = 1                        ; R2_w=1
            5: (79) r0 = *(u64 *)(r2 +0)
            R2 invalid mem access 'scalar'
            processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0

            """;
        VerifierLog log = VerifierLog.Parse(Encoding.UTF8.GetBytes(Text + "\0garbage"), truncated: false);
        var program = new ProgramSpec
        {
            Name = "p",
            Code = default,
            LineInfo = MemoryMarshal.AsBytes<BpfLineInfo>([new(0, 0, 0, 1 << 10), new(4, 0, 0, (7 << 10) | 3), new(6, 0, 0, 9 << 10)]).ToArray(),
        };
        VerifierException error = log.ToException(Errno.EACCES, program, []);
        Assert.Equal(
            "the kernel's verifier refused program 'p': Permission denied (EACCES): 5: (79) r0 = *(u64 *)(r2 +0); R2 invalid mem access 'scalar' (2 lines omitted)",
            error.Message);
        Assert.Equal(5, error.FailingInstruction);
        Assert.Equal(new ProgramSourcePosition("", 7, 3), error.Position);
        Assert.Equal(5, error.Log.Length);
    }

    [Fact]
    public void An_error_names_its_number_and_what_was_tried()
    {
        BpfException error = BpfException.FromErrno(Errno.EMFILE, "creating map 'm'");
        Assert.Equal((Errno.EMFILE, "EMFILE"), (error.Errno, error.ErrnoName));
        Assert.Equal("creating map 'm': Too many open files (EMFILE): the process has too many open files (ulimit -n)", error.Message);
        Assert.Contains("ENOTSUPP", BpfException.FromErrno(Errno.ENOTSUPP, "x").Message, StringComparison.Ordinal);
        BpfException denied = BpfException.FromErrno(Errno.EPERM, "loading program 'p'");
        Assert.True(denied.IsPermissionDenied);
        Assert.Contains("CAP_BPF", denied.Message, StringComparison.Ordinal);
    }
}
