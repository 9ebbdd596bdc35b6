using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>What a script's author is told, and where.</summary>
public class DiagnosticTests
{
    [Theory]
    [InlineData("begin { «$x» }", "UndefinedVariable", "Undefined or undeclared variable: $x")]
    [InlineData("begin { print(«@x») }", "UndefinedMap", "Undefined map: @x")]
    [InlineData("begin { $x = &«@x»; }", "UndefinedMap", "Undefined map: @x")]
    [InlineData("begin { $x = (void *)0; if («!$x») { } }", "InvalidOperand", "The ! operator can not be used on expressions of type 'void *'")]
    [InlineData("begin { $x = «(enum nope)»1; }", "UnknownType", "Unknown enum: nope")]
    [InlineData("begin { let $x : «enum nope»; }", "UnknownType", "Unknown enum: nope")]
    [InlineData("begin { $a = «cmm»; }", "UnknownIdentifier", "Unknown identifier: 'cmm'")]
    [InlineData("begin { «prinf(\"x\")»; }", "UnknownFunction", "Unknown function: 'prinf'")]
    [InlineData("begin { $x = 1; «$x = \"a\"»; }", "TypeMismatch", "Type mismatch for $x: trying to assign value of type 'string[2]' when variable already has a type 'int8'")]
    [InlineData("begin { @x = 1; «@x = \"a\"»; }", "TypeMismatch", "Type mismatch for @x: trying to assign value of type 'string[2]' when map already has a type 'int8'")]
    [InlineData("begin { @x = 1; @x = «count()»; }", "TypeMismatch", "Type mismatch for @x: trying to assign value of type 'count_t' when map already has a type 'int8'")]
    [InlineData("begin { @x = 1; «@x[1]» = 1; }", "ScalarMismatch", "@x used as a map with an explicit key (non-scalar map), previously used without an explicit key (scalar map)")]
    [InlineData("begin { $x = «1 + \"a\"[5]»; }", "InvalidOperand", "", true)]
    [InlineData("begin { $x = «\"a\" * comm»; }", "InvalidOperand", "The * operator can not be used on expressions of types string[2], string[16]")]
    [InlineData("begin { $x = «comm == 5»; }", "ComparedTypes", "Type mismatch for '==': comparing string[16] with int8")]
    [InlineData("begin { «printf(\"%d\")»; }", "FormatMismatch", "not enough arguments for format string (0 supplied, 1 expected)")]
    [InlineData("begin { «printf(\"%d\", comm)»; }", "FormatMismatch", "unsupported format specifier for type 'string[16]': d")]
    [InlineData("begin { «printf(comm)»; }", "LiteralRequired", "printf() expects a string literal (string provided)")]
    [InlineData("begin { «hist(1)»; }", "NotAssignedToMap", "hist() must be assigned directly to a map")]
    [InlineData("begin { @ = «lhist(1, 2, 1, 1)»; }", "ArgumentRange", "lhist() min must be less than max (provided min 2 and max 1)")]
    [InlineData("begin { @ = «hist(pid == 1)»; }", "ArgumentType", "hist() only supports int arguments (bool provided)")]
    [InlineData("begin { @ = «lhist(true, 0, 10, 1)»; }", "ArgumentType", "lhist() only supports int arguments (bool provided)")]
    [InlineData("begin { @ = «sum(true)»; }", "ArgumentType", "sum() only supports integer arguments (bool provided)")]
    [InlineData("begin { «system(\"ls\")»; }", "UnsafeFunction", "system() is an unsafe function being used in safe mode")]
    [InlineData("begin { $x = «1 / 0»; }", "LiteralOverflow", "unable to fold literals due to overflow or underflow")]
    [InlineData("begin { $x = «arg0»; }", "NotInProbe", "The arg0 builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes")]
    [InlineData("tracepoint:sched:sched_switch { $x = «args.nope»; }", "UnknownField", "Struct/union of type 'struct tracepoint:sched:sched_switch_args' does not contain a field named 'nope'")]
    [InlineData("tracepoint:sched:sched_switch { $x = «args.common_pid»; }", "InvalidOperand", "BPF does not support accessing common tracepoint fields")]
    [InlineData("begin { $x = («(struct nope)»0); }", "UnknownType", "", true)]
    [InlineData("begin { «break;» }", "JumpOutsideLoop", "'break' statement is not allowed in a probe")]
    [InlineData("begin { let $a = 1; «let $a» = 2; }", "AlreadyDeclared", "Variable $a was already declared. Variable shadowing is not allowed.")]
    [InlineData("begin { @ = 1; for ($kv : «@») { } }", "ScalarMismatch", "@ has no explicit keys (scalar map), and cannot be used for iteration")]
    [InlineData("begin { «unroll(101) { }» }", "UnrollRange", "unroll maximum value is 100")]
    [InlineData("«nope:f» { }", "InvalidProbeType", "Invalid probe type: nope")]
    [InlineData("«kprobe:vfs_raed» { }", "ProbeNotFound", "No matches for kprobe vfs_raed.")]
    [InlineData("«tracepoint:sched:nope» { }", "ProbeNotFound", "No matches for tracepoint sched:nope.")]
    [InlineData("«kretprobe:f+4» { }", "InvalidAttachPoint", "Offset not allowed")]
    [InlineData("«interval:ms:0» { }", "InvalidAttachPoint", "interval frequency should be a positive integer")]
    [InlineData("«interval:s:9223372037» { }", "InvalidAttachPoint", "Invalid rate of interval probe. Maximum is 9223372036s. Found: 9223372037s")]
    [InlineData("«profile:us:9223372036854776» { }", "InvalidAttachPoint", "Invalid rate of profile probe. Maximum is 9223372036854775us. Found: 9223372036854776us")]
    [InlineData("«interval:18446744073709551615» { }", "InvalidAttachPoint", "Invalid rate of interval probe. Maximum is 9223372036854775us. Found: 18446744073709551us")]
    [InlineData("«profile:foo:1» { }", "InvalidAttachPoint", "foo is not an accepted unit of time")]
    [InlineData("«software:nope:1» { }", "InvalidAttachPoint", "nope is not a software probe")]
    [InlineData("«tracepoint:a» { }", "InvalidAttachPoint", "tracepoint probe type requires 2 arguments, found 1")]
    [InlineData("config = { «max_strlen = abc» } begin { }", "InvalidConfig", "max_strlen: expecting a number, got abc")]
    [InlineData("macro m() { «m()» } begin { m(); }", "RecursiveMacro", "Recursive macro call detected. Call chain: m > m")]
    public void Errors(string marked, string id, string message, bool isAny = false)
    {
        if (isAny)
        {
            string script = marked.Replace("«", "", StringComparison.Ordinal).Replace("»", "", StringComparison.Ordinal);
            Assert.Contains(BindHelper.Bind(script).Diagnostics, d => d.IsError && (d.Id == id || d.Id == DiagnosticIds.IndexOutOfBounds));
            return;
        }
        BindHelper.AssertDiagnostic(marked, DiagnosticSeverity.Error, id, message);
    }

    [Theory]
    [InlineData("begin { «pid»; }", "ValueDiscarded", "Return value discarded.")]
    [InlineData("begin { exit(); «printf(\"x\");» }", "Unreachable", "Unreachable statement.")]
    [InlineData("begin { «let $x»; }", "NeverAssigned", "Variable $x was never assigned to.")]
    [InlineData("«let @m = hash(5);» begin { }", "UnusedMap", "Unused map: @m", true)]
    [InlineData("begin { $x = «(uint32)»pid; }", "UnnecessaryCast", "Unnecessary cast: expression is already of type uint32")]
    [InlineData("begin { $a = (int64)1; $a = «nsecs»; }", "Narrowing", "Expression of type: uint64 being cast to type: int64. This may cause unexpected results. Use an explicit cast to suppress this warning.")]
    [InlineData("begin { $x = «(int32)»-5 / pid; }", "SignedDivision", "signed operands for '/' can lead to undefined behavior (cast to unsigned to silence warning)", true)]
    [InlineData("begin { print(«$1»); }", "EmptyParameter", "Positional parameter $1 is empty or not provided. ")]
    [InlineData("begin { @[1] = 1; for ($kv : @) { «print(@)»; } }", "PrintInLoop", "Due to it's asynchronous nature using 'print()' in a loop can lead to unexpected behavior. The map will likely be updated before the runtime can 'print' it.")]
    [InlineData("config = { «max_type_res_iterations = 5» } begin { }", "ConfigNoEffect", "max_type_res_iterations is deprecated and has no effect")]
    [InlineData("begin { «while (pid) { @++; }» }", "DeprecatedFeature", "While loops are deprecated and may be removed in the future.")]
    [InlineData("#include <linux/sched.h>\nbegin { }", "HeaderSkipped", "<linux/sched.h> is not read: the kernel's own types are used", true)]
    public void Warnings(string marked, string id, string message, bool anywhere = false)
    {
        if (anywhere)
        {
            string script = marked.Replace("«", "", StringComparison.Ordinal).Replace("»", "", StringComparison.Ordinal);
            BindResult result = BindHelper.Bind(script);
            Assert.Contains(result.Diagnostics, d => !d.IsError && d.Id == id && d.Message == message);
            Assert.NotNull(result.Program);
            return;
        }
        BindHelper.AssertDiagnostic(marked, DiagnosticSeverity.Warning, id, message);
    }

    [Theory]
    [InlineData("begin { $a = cmm; }", "Did you mean 'comm'?")]
    [InlineData("begin { prinf(\"x\"); }", "Did you mean 'printf'?")]
    [InlineData("begin { $count = 1; $x = $coutn; }", "Did you mean '$count'?")]
    [InlineData("kprob:f { }", "Did you mean 'kprobe'?")]
    [InlineData("kprobe:vfs_raed { }", "Did you mean 'vfs_read'?")]
    [InlineData("tracepoint:syscall:sys_enter_openat { }", "Did you mean 'tracepoint:syscalls:sys_enter_openat'?")]
    [InlineData("tracepoint:syscalls:sys_enter_openat { $x = args.filenam; }", "Did you mean 'filename'?")]
    public void Suggestions(string script, string hint)
    {
        Diagnostic error = Assert.Single(BindHelper.Bind(script).Diagnostics, d => d.IsError);
        Assert.Contains(hint, error.Hints);
    }

    [Fact]
    public void Independent_errors_are_all_reported()
    {
        BindResult result = BindHelper.Bind("begin { $a = nope1; $b = nope2; @c = comm + 1; }");
        Assert.Equal(3, result.Diagnostics.Count(d => d.IsError));
    }

    [Fact]
    public void An_error_in_a_macro_says_where_the_macro_is_used()
    {
        BindResult result = BindHelper.Bind("macro bad() { nope } begin { @ = bad(); }");
        Diagnostic error = Assert.Single(result.Diagnostics, d => d.IsError);
        DiagnosticNote note = Assert.Single(error.Notes);
        Assert.Equal((DiagnosticNoteKind.ExpandedFrom, 33), (note.Kind, note.Location.Span.Start));
    }

    [Fact]
    public void An_error_in_what_a_macro_is_given_says_where_the_macro_has_it()
    {
        BindResult result = BindHelper.Bind("macro id(e) { e + 1 } begin { @ = id(nope); }");
        Diagnostic error = Assert.Single(result.Diagnostics, d => d.IsError);
        Assert.Equal([37, 14, 34], [error.Location!.Value.Span.Start, .. error.Notes.Select(static n => n.Location.Span.Start)]);
    }

    [Fact]
    public void Missing_probes_can_be_left_out()
    {
        BindResult result = BindHelper.Bind("config = { missing_probes = warn } kprobe:nope, kprobe:vfs_read { @++; }");
        Assert.Equal(
            ["nope is not traceable (either non-existing, inlined, or marked as \"notrace\"); attaching to it will likely fail", "No matches for kprobe nope. Skipping."],
            result.Diagnostics.Select(static d => d.Message));
        Assert.Single(result.Program!.Probes);
    }

    [Fact]
    public void A_pattern_without_matches_is_left_out_where_another_attach_point_has_some()
    {
        BindResult result = BindHelper.Bind("kprobe:nope.constprop.*, kprobe:vfs_read { @++; }");
        Assert.Empty(result.Diagnostics);
        Assert.Equal("kprobe:vfs_read", Assert.Single(Assert.Single(result.Program!.Probes).Targets).FullName);
    }

    [Fact]
    public void A_pattern_without_matches_alone_is_an_error_that_says_which()
    {
        BindResult result = BindHelper.Bind("kprobe:nope_* { @++; }");
        Diagnostic error = Assert.Single(result.Diagnostics);
        Assert.Equal("Probe has no valid attach points. If this is expected, set the 'missing_probes' config variable to 'warn'.", error.Message);
        Assert.Equal("No matches for kprobe nope_*.", error.Hints[0]);
    }

    [Theory]
    [InlineData("kprobe:vfs_read, kprobe:nope { @++; }", true)]
    [InlineData("kprobe:vfs_read, kprobe:nope { delete(@, tid); @[tid]++; }", true)]
    [InlineData("kprobe:vfs_read, kprobe:nope { @[tid]++; delete(@[tid]); }", false)]
    [InlineData("tracepoint:syscalls:sys_enter_openat { print(args->flags); } kprobe:vfs_read, kprobe:nope { @++; }", false)]
    [InlineData("kprobe:nope { @[tid]++; delete(@[tid]); }", true)]
    [InlineData("kprobe:nope, kprobe:nope2 { @[tid]++; delete(@[tid]); }", true)]
    public void Of_alternatives_in_an_old_script_one_is_enough(string script, bool isError)
    {
        BindResult result = BindHelper.Bind(script);
        Assert.Equal(isError, result.Diagnostics.Any(static d => d.IsError));
        Assert.Contains(result.Diagnostics, static d => d.Id == DiagnosticIds.ProbeNotFound && d.Message.StartsWith("No matches for kprobe nope", StringComparison.Ordinal));

        // The same holds for what is there and cannot be attached.
        Assert.All(result.Program?.Probes.Where(static p => p.Type == ProbeType.Kprobe) ?? [], static p => Assert.Equal(MissingProbes.Warn, p.MissingProbes));
    }

    [Fact]
    public void A_probe_left_without_attach_points_is_said_to_be_removed()
    {
        BindResult result = BindHelper.Bind("config = { missing_probes = warn } kprobe:nope { @++; } begin { exit(); }");
        Assert.Contains(result.Diagnostics, static d => d.Message.StartsWith("Probe has no valid attach points. It is being removed", StringComparison.Ordinal));
        Assert.Contains(result.Diagnostics, static d => d.Message.StartsWith("nope is not traceable", StringComparison.Ordinal));
    }
}
