using BpfTrace.Bpf;
using BpfTrace.Compiler;
using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Text;

namespace BpfTrace.KernelTests.Compiler;

/// <summary>Scripts from their text to programs the verifier has passed. Nothing is attached.</summary>
[Collection(KernelCollection.Name)]
public class ScriptTests
{
    private static CompiledTrace Compile(string script, CompileOptions? options = null)
    {
        var source = new SourceText(script);
        ParseResult parsed = Parser.Parse(source);
        Assert.True(parsed.Success, string.Join("; ", parsed.Diagnostics));
        BindResult bound = Binder.Bind(parsed.Root, source, LinuxKernelCatalog.Shared, new BindOptions { AllowUnsafe = true });
        Assert.True(bound.Success, string.Join("; ", bound.Diagnostics));
        return new CompiledTrace(bound.Program!, options);
    }

    [RequiresRootTheory]
    [InlineData("tracepoint:syscalls:sys_enter_openat { printf(\"%s %d %s\\n\", comm, pid, str(args.filename)); }")]
    [InlineData("tracepoint:syscalls:sys_enter_execve { join(args.argv); }")]
    [InlineData("tracepoint:syscalls:sys_enter_openat { @[str(args.filename), comm, tid] = count(); }")]
    [InlineData("tracepoint:sched:sched_switch { @[args.next_comm, kstack] = count(); @b[args.prev_pid] = nsecs; }")]
    [InlineData("tracepoint:sched:sched_process_exec { print(str(args.filename)); }")]
    [InlineData("tracepoint:sock:inet_sock_set_state { $a = (struct in_addr *)args.daddr; print($a->s_addr); }")]
    [InlineData("tracepoint:syscalls:sys_enter_open* { @[probe] = count(); }")]
    [InlineData("tracepoint:raw_syscalls:sys_enter { @[comm] = count(); @h = hist(args.id); @l = lhist(args.id, 0, 400, 10); @s = stats(args.id); }")]
    [InlineData("tracepoint:raw_syscalls:sys_enter / pid == 1 && comm == \"systemd\" / { @args[args.args[1]] = args.args[0]; }")]
    [InlineData("rawtracepoint:sched_switch { printf(\"%d %s\\n\", args.next.pid, args.next.comm); }")]
    [InlineData("profile:hz:99 { @[ustack(5), kstack(3)] = count(); @ip[reg(\"ip\")] = count(); }")]
    [InlineData("interval:s:1 { print(@a); clear(@a); zero(@b); time(\"%H\\n\"); @a = 1; @b[1] = 1; }")]
    [InlineData("software:page-faults:100 { @[comm] = count(); @[\"x\"] = count(); }")]
    [InlineData("BEGIN { print(curtask.parent.comm); print(((struct task_struct *)curtask).mm.pgd); print(*curtask.fs); }")]
    [InlineData("BEGIN { printf(\"%s %s %s\", ksym(curtask), usym(0), strftime(\"%H\", nsecs)); print(ntop(2, 0x0100007f)); print(macaddr(curtask)); }")]
    [InlineData("BEGIN { print((1, \"a\", (comm, 2))); @t = (1, (\"x\", 2)); print(@t.1.0); $b = buf(curtask, 20); printf(\"%r\", $b); }")]
    [InlineData("BEGIN { for ($i : 0..10) { for ($j : 0..$i) { @[$i, $j] = $i * $j; if ($j == 5) { break; } } } for ($kv : @) { print($kv); } }")]
    [InlineData("BEGIN { @a[1] = sum(5); @a[2] = sum(6); for ($kv : @a) { printf(\"%d %d\", $kv.0, (int64)$kv.1); } @n = (int64)@a[1] + 1; }")]
    [InlineData("BEGIN { $i = 0; while ($i < 1000) { $i++; if ($i == 900) { return; } } unroll(5) { @u++; } exit(); }")]
    [InlineData("BEGIN { $a = \"hello\"; $b = comm; if ($a == $b || strncmp($a, $b, 3) == 0) { print($a); } print(strlen($b)); print(strcontains($b, \"ell\")); }")]
    [InlineData("BEGIN { @x = 5; @x++; --@x; $p = &@x; $y = 3; $q = &$y; print(*$q); delete(@x); print(len(@m)); @m[1] = 1; print(has_key(@m, 1)); }")]
    [InlineData("tracepoint:raw_syscalls:sys_enter { signal(10); debugf(\"%d %s\", 1, comm); }")]
    public void Passes_the_verifier(string script)
    {
        using CompiledTrace trace = Compile(script);
        Assert.NotEmpty(trace.Result.Collection!.Programs);
        using CompiledTrace warned = Compile(script, new CompileOptions { HelperErrors = HelperErrors.All });
        Assert.NotEmpty(warned.Result.Collection!.Programs);
    }

    [RequiresRootFact]
    public void Texts_longer_than_a_per_cpu_value_have_frames_elsewhere()
    {
        using CompiledTrace trace = Compile("config = { max_strlen = 9999 } BEGIN { @s[str(0), 1] = comm; @t = str(curtask); @u = @t; $a = @t; $b = @u; print((1, $a, $b)); for ($kv : @s) { print($kv); } }");
        Assert.Contains(trace.Result.Collection!.Maps, map => map.Name == KernelMaps.LargeScratch);
        Assert.Equal(2, trace.RunForRecords().Count);
    }

    [RequiresRootFact]
    public void A_failure_of_the_verifier_knows_its_line()
    {
        // A division of the context's address: nothing a script can say, so the tree is made by hand.
        var script = new SourceText("BEGIN {\n  exit();\n}");
        var span = new TextSpan(10, 4);
        BoundExpression context = new BoundContext(span, BpfTrace.Language.Symbols.IntegerType.UInt64);
        BoundStatement bad = new BoundExpressionStatement(
            span, new BoundBinary(span, context.Type, context, BinaryOperator.Multiply, new BoundCall(span, context.Type, new FunctionSymbol("rand"), [])));
        BoundStatement use = new BoundAssignMap(span, Bound.Map("m", null, context.Type), null, ((BoundExpressionStatement)bad).Expression);
        var program = new BoundProgram(script, [Bound.Begin(use)], [((BoundAssignMap)use).Map], [], new BpfTrace.Language.Symbols.TraceConfig());
        CompilationResult result = ProgramCompiler.Compile(program);
        VerifierException error = Assert.Throws<VerifierException>(() => BpfCollection.Load(result.Collection!).Dispose());
        Assert.Equal("begin_0", error.ProgramName);
        Assert.Equal((2, 3), (error.Position!.Line, error.Position.Column));
    }
}
