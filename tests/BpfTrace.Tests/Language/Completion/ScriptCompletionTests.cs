using BpfTrace.Bpf.Btf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Completion;
using BpfTrace.Tests.Language.Binding;

namespace BpfTrace.Tests.Language.Completion;

public class ScriptCompletionTests
{
    private static CompletionList Complete(string marked, BtfFile? btf = null)
    {
        int caret = marked.IndexOf('‸', StringComparison.Ordinal);
        return ScriptCompletion.Complete(marked.Remove(caret, 1), caret, new FakeKernelCatalog(btf));
    }

    private static string Texts(string marked) => string.Join(' ', Complete(marked).Items.Select(static i => i.Text));

    [Theory]
    [InlineData("k‸", "kprobe: kretprobe:")]
    [InlineData("BEG‸", "begin")]
    [InlineData("co‸", "config = {")]
    [InlineData("begin { } t‸", "test: tracepoint:")]
    [InlineData("kprobe:vfs_r‸", "kprobe:vfs_read kprobe:vfs_readv")]
    [InlineData("kr:vfs_w‸", "kr:vfs_write")]
    [InlineData("kprobe:nf_tables:n‸", "kprobe:nf_tables:nf_tables_newtable")]
    [InlineData("kprobe:vfs_read,\nkprobe:vfs_o‸", "kprobe:vfs_open")]
    [InlineData("kprobe:vfs_read { } fentry:do‸", "fentry:do_nanosleep")]
    [InlineData("tracepoint:s‸", "tracepoint:sched: tracepoint:syscalls: tracepoint:sched:sched_process_exec tracepoint:sched:sched_switch "
        + "tracepoint:sched:sched_wakeup tracepoint:sched:sched_wakeup_new tracepoint:syscalls:sys_enter_open tracepoint:syscalls:sys_enter_openat tracepoint:syscalls:sys_exit_openat")]
    [InlineData("t:sched:sched_w‸", "t:sched:sched_wakeup t:sched:sched_wakeup_new")]
    [InlineData("rawtracepoint:sched_s‸", "rawtracepoint:sched_switch")]
    [InlineData("uprobe:/bin/sh:readline_‸", "uprobe:/bin/sh:readline_callback")]
    [InlineData("usdt:/bin/sh:t‸", "usdt:/bin/sh:tracetest:testprobe usdt:/bin/sh:tracetest:testprobe2")]
    [InlineData("software:cpu-‸", "software:cpu-clock software:cpu-migrations")]
    [InlineData("interval:s‸", "interval:s:1")]
    [InlineData("self:‸", "self:signal:SIGUSR1")]
    [InlineData("kprobe:vfs_read ‸", "")]
    [InlineData("nothing:x‸", "")]
    public void Attach_points_are_completed_part_by_part(string marked, string expected) => Assert.Equal(expected, Texts(marked));

    [Theory]
    [InlineData("begin { com‸", "comm comptime")]
    [InlineData("kprobe:f { prin‸", "print( printf(")]
    [InlineData("kprobe:f { retv‸", "")]
    [InlineData("kretprobe:f { retv‸", "retval")]
    [InlineData("kprobe:f { arg‸", "arg0 arg1 arg2 arg3 arg4 arg5")]
    [InlineData("tracepoint:sched:sched_switch { arg‸", "args")]
    [InlineData("begin { @x = cou‸", "count(")]
    [InlineData("begin /pi‸", "pid")]
    [InlineData("uprobe:/bin/sh:f /has_c‸/ { }", "has_cpid")]
    [InlineData("macro twice($a) { $a * 2 } begin { twi‸", "twice(")]
    [InlineData("begin { if (cp‸", "cpid cpu")]
    public void Names_are_those_the_probe_has(string marked, string expected) => Assert.Equal(expected, Texts(marked));

    [Theory]
    [InlineData("begin { @bytes = 1; @b‸", "@bytes")]
    [InlineData("begin { @b‸ } end { @before = 1; @begun[1] = 2; }", "@before @begun")]
    [InlineData("begin { @‸", "")]
    [InlineData("begin { $size = 1; $other = 2; $‸", "$other $size")]
    [InlineData("begin { $one = 1; } end { $two = 2; print($‸", "$two")]
    [InlineData("macro m($first, @second) { $‸", "$first")]
    public void Maps_are_the_scripts_and_variables_the_bodys(string marked, string expected) => Assert.Equal(expected, Texts(marked));

    [Theory]
    [InlineData("tracepoint:syscalls:sys_enter_openat { printf(\"%s\", str(args.f‸", "filename flags")]
    [InlineData("tracepoint:syscalls:sys_enter_openat { args->d‸ }", "dfd")]
    [InlineData("tracepoint:syscalls:sys_enter_openat /args.fl‸/ { print(1); }", "flags")]
    [InlineData("tracepoint:syscalls:sys_enter_openat { $a = 1; if ($a) { print(args.dfd); } args.d‸", "dfd")]
    [InlineData("tracepoint:syscalls:sys_exit_*, kprobe:f { @[args.‸", "__syscall_nr ret")]
    [InlineData("begin { $r = (one=1, two=\"x\"); $r.‸", "one two")]
    [InlineData("struct point { int x; int y; struct point *next; } begin { $p = (struct point *)0; $p->next->‸", "next x y")]
    [InlineData("struct point { int x; int y; } begin { ((struct point *)0)->‸", "x y")]
    [InlineData("#include <linux/path.h>\nstruct point { int x; int y; }; kprobe:f { $n = ; ((struct point *)arg0)->‸ }", "x y")]
    [InlineData("struct point { int x; int y; } __attribute__((packed)); begin { ((struct point *)0)->‸", "x y")]
    [InlineData("begin { 1.‸", "")]
    [InlineData("kprobe:f { nothing.‸", "")]
    public void Members_are_those_of_the_type_before_the_dot(string marked, string expected) =>
        Assert.Equal(expected, string.Join(' ', Complete(marked).Items.Select(static i => i.Text).Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("begin { $t = (struct task_stru‸ *)0; }", "task_struct")]
    [InlineData("kprobe:f { print(sizeof(union bpf_att‸", "bpf_attr")]
    [InlineData("begin { $t = (enum bpf_map_ty‸", "bpf_map_type")]
    [InlineData("begin { $t = (mystruct task_stru‸", null)]
    [InlineData("begin { $t = (struct  no_such_type_‸", null)]
    public void Types_of_the_kernel_complete_behind_their_keyword(string marked, string? expected)
    {
        if (BindHelper.KernelTypes is { } btf)
            Assert.Equal(expected, Complete(marked, btf).Items.FirstOrDefault()?.Text);
    }

    [Theory]
    [InlineData("begin { printf(\"pi‸")]
    [InlineData("begin { // pi‸")]
    [InlineData("begin { /* pi‸ */ }")]
    [InlineData("// k‸")]
    [InlineData("struct s { int p‸")]
    [InlineData("#inc‸")]
    public void Nothing_is_offered_in_texts_comments_and_structures(string marked) => Assert.Empty(Complete(marked).Items);

    [Fact]
    public void Config_keys_are_offered_in_the_config_block() => Assert.Equal("max_map_keys", Texts("config = { log_size = 1; max_m‸"));

    [Fact]
    public void A_word_is_replaced_from_its_start_to_the_caret()
    {
        CompletionList list = Complete("begin { print(com‸m); }");
        Assert.Equal((14, 3), (list.Replaced.Start, list.Replaced.Length));
        Assert.Equal((18, 0), (Complete("begin { print(pid.‸").Replaced.Start, Complete("begin { print(pid.‸").Replaced.Length));
    }

    [Fact]
    public void Tool_tips_give_types_signatures_and_where_a_kind_does_not_work()
    {
        Assert.Equal("uint64 flags", Assert.Single(Complete("tracepoint:syscalls:sys_enter_openat { args.fl‸").Items).ToolTip);
        Assert.StartsWith("string str(char * data [, uint32 length])\n", Complete("begin { str(‸".Replace("(‸", "‸", StringComparison.Ordinal)).Items[0].ToolTip, StringComparison.Ordinal);
        Assert.Contains("filename", Assert.Single(Complete("t:syscalls:sys_enter_openat‸").Items).ToolTip, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_builtin_and_function_is_documented() =>
        Assert.All(Functions.Names.Concat(AggregateFunctions.Names), static n => Assert.NotNull(Documentation.Of(n)));

    [Fact]
    public void Any_beginning_of_any_script_is_accepted()
    {
        const string Script = "#!/x\n#define N 3\nstruct s { int a; }\nconfig = { max_strlen = 10 }\nmacro m($a) { $a }\n"
            + "BEGIN { @m[1, \"}{\"] = count(); /* c */ }\nuprobe:/bin/*:f,\nkprobe:vfs_* / pid == 1 && (uid / 2) / {\n $x = (struct s *)arg0; if ($x->a) { printf(\"%d\\n\", $x->a); } // e\n }\n";
        for (int caret = 0; caret <= Script.Length; caret++)
        {
            CompletionList list = ScriptCompletion.Complete(Script[..caret], caret, new FakeKernelCatalog());
            Assert.Equal(caret, list.Replaced.End);
            Assert.Equal(list.Items.Select(static i => i.Text), ScriptCompletion.Complete(Script[..caret], caret + 5, new FakeKernelCatalog()).Items.Select(static i => i.Text));
        }

        var random = new Random(4);
        const string Characters = "kprobe:*/{}()[]\"'\\.->@$;,#x1 \n\0=";
        for (int i = 0; i < 3000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Characters[random.Next(Characters.Length)]));
            int caret = random.Next(text.Length + 1);
            TextSpanIsInside(ScriptCompletion.Complete(text, caret, new FakeKernelCatalog()), caret);
        }
    }

    private static void TextSpanIsInside(CompletionList list, int caret)
    {
        Assert.InRange(list.Replaced.Start, 0, caret);
        Assert.Equal(caret, list.Replaced.End);
    }
}
