using BpfTrace.Language.Binding;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>What statements and expressions become.</summary>
public class BoundTreeTests
{
    [Theory]
    [InlineData("$x = 1 + 2 * 3", "$x = 7:int8")]
    [InlineData("$x = 7 / 2", "$x = 3:int8")]
    [InlineData("$x = 5 - 10", "$x = -5:int8")]
    [InlineData("$x = \"ab\" == \"ab\"", "$x = 1:bool")]
    [InlineData("$x = \"ab\" + \"cd\"", "$x = \"abcd\"")]
    [InlineData("$x = (1, \"a\") == (1, \"a\")", "$x = 1:bool")]
    [InlineData("$x = ~0", "$x = -1:uint64")]
    [InlineData("$x = !1", "$x = 0:bool")]
    [InlineData("$x = true ? 1 : 2", "$x = 1:int8")]
    [InlineData("$x = \"abc\"[1]", "$x = 98:int8")]
    [InlineData("$x = pid + 1", "$x = ((uint64)pid():uint32 Add 1:uint64):uint64")]
    [InlineData("$x = pid == 1", "$x = (pid():uint32 Equal 1:uint32):bool")]
    [InlineData("$x = pid && tid", "$x = ((bool)pid():uint32 LogicalAnd (bool)tid():uint32):bool")]
    [InlineData("$x = nsecs << 1", "$x = (nsecs( #Boot):uint64 ShiftLeft 1:uint64):uint64")]
    [InlineData("$x = -pid", "$x = (uint64)Negate(pid():uint32):uint32")]
    [InlineData("$x = ~(uint8)pid", "$x = (uint64)BitwiseNot((uint8)pid():uint32):uint8")]
    [InlineData("$x = -(int8)pid", "$x = Negate((int64)(int8)pid():uint32):int64")]
    [InlineData("@k[1] = 1; $x = &@k", "@k[1:int8] = 1:int8; $x = &@k:int8 */Kernel")]
    [InlineData("$x = (int32)nsecs", "$x = (int32)nsecs( #Boot):uint64")]
    [InlineData("$x = (bool)nsecs", "$x = (bool)nsecs( #Boot):uint64")]
    [InlineData("$x = nsecs(monotonic)", "$x = nsecs( #Monotonic):uint64")]
    [InlineData("$x = (1, \"a\"); $y = $x.1", "$x = (1:int8, \"a\"); $y = $x:(int8,string[2]).+1:string[2]")]
    [InlineData("$x = (a=1, b=2); $y = $x.b", "$x = (1:int8, 2:int8); $y = $x:record { .a = int8, .b = int8 }.+1:int8")]
    [InlineData("$x = 1; $x++", "$x = 1:int64; inc($x:int64, 1, post)")]
    [InlineData("$x = (int32 *)0; ++$x", "$x = (int32 */None)0:uint8; inc($x:int32 *, 4, pre)")]
    [InlineData("$p = (int32 *)8; $x = $p + 2", "$p = (int32 */None)8:uint8; $x = ($p:int32 * Add 8:int64):int32 *")]
    [InlineData("$p = (int16 *)8; $x = $p[3]", "$p = (int16 */None)8:uint8; $x = $p:int16 *[3:uint64]:int16")]
    [InlineData("@x += 2", "@x = (@x:int64 Add 2:int64):int64")]
    [InlineData("@[1] = 1; delete(@, 1)", "@[1:int8] = 1:int8; delete(@[1:int8], discarded)")]
    [InlineData("@[1] = 1; delete(@[1])", "@[1:int8] = 1:int8; delete(@[1:int8], discarded)")]
    [InlineData("@[1] = 1; $d = delete(@, 1)", "@[1:int8] = 1:int8; $d = delete(@[1:int8], used)")]
    [InlineData("@ = sum(-1); $x = @ + 1", "@ <- -1:int64; $x = ((int64)@:sum_t Add 1:int64):int64")]
    [InlineData("@ = count(); if (@ > 5) { }", "@ <- ; if ((uint64)@:count_t Greater 5:uint64):bool {}")]
    [InlineData("if (pid) { $x = 1 } else { $x = 2 }", "if (bool)pid():uint32 {$x = 1:int8} else {$x = 2:int8}")]
    [InlineData("unroll(3) { @++ }", "unroll 3 {inc(@:int64, 1, post)}")]
    [InlineData("$a = 1; for ($i : 0..5) { @ = $i + $a; }", "$a = 1:int8; for $i : 0:int8..5:int8 {@ = ((int64)$i:int8 Add (int64)$a:int8):int64} [$a]")]
    [InlineData("@m[1] = 2; for ($kv : @m) { @s = $kv.1; }", "@m[1:int8] = 2:int8; for $kv : @m {@s = $kv:(int8,int8).+1:int8} []")]
    [InlineData("for ($i : 0..2) { $i += 10; }", "for $i : 0:int8..2:int8 {$i = ($i:int64 Add 10:int64):int64} []")]
    [InlineData("exit(); $x = 1;", "Exit#0(0:uint8); return; {}")]
    [InlineData("$x = { let $y = 2; $y + 1 };", "$x = {$y = 2:int8 => ((int64)$y:int8 Add 1:int64):int64}")]
    [InlineData("$x = username", "$x = (username_t)uid():uint64")]
    [InlineData("$x = strcontains(\"abc\", \"b\")", "$x = (strstr(\"abc\", \"b\"):int64 GreaterOrEqual 0:int64):bool")]
    [InlineData("$x = ntop(0x0100007f)", "$x = ntop(0:int64, 16777343:int32):inet")]
    [InlineData("$x = cgroupid(\"/sys/fs/cgroup\")", "$x = 1:uint64")]
    public void Statement(string statement, string expected)
    {
        BoundProgram program = BindHelper.Program($"begin {{ {statement} }}");
        Assert.Equal(expected, BoundProgramText.Of(program.Probes[0]));
    }

    [Fact]
    public void A_predicate_is_an_if_around_the_body()
    {
        BoundProgram program = BindHelper.Program("kprobe:f /pid == 7/ { @ = 1; }");
        Assert.Equal("if (pid():uint32 Equal 7:uint32):bool {@ = 1:int8}", BoundProgramText.Of(program.Probes[0]));
    }

    [Fact]
    public void Tracepoint_fields_have_their_place_in_the_record()
    {
        BoundProgram program = BindHelper.Program("tracepoint:syscalls:sys_enter_openat { $f = str(args.filename); $d = args->dfd; }");
        Assert.Equal("$f = str(args.filename@192:int8 */User, 1025:uint64):string[1024]; $d = args.dfd@128:uint64", BoundProgramText.Of(program.Probes[0]));
    }

    [Fact]
    public void A_data_loc_is_the_address_of_its_text()
    {
        BoundProgram program = BindHelper.Program("tracepoint:sched:sched_process_exec { print(str(args.filename)); }");
        var output = Assert.IsType<BoundOutput>(program.Probes[0].Body.Statements[0]);
        var call = Assert.IsType<BoundCall>(output.Arguments[0]);
        var access = Assert.IsType<BoundFieldAccess>(Assert.IsType<BoundConversion>(call.Arguments[0]).Operand);
        Assert.True(access.Field.IsDataLoc);
        Assert.Equal("(int8 */Kernel)args.filename@64:int64", BoundProgramText.Of(call.Arguments[0]));
    }

    [Fact]
    public void Structures_of_the_script_are_laid_out_as_in_C()
    {
        BoundProgram program = BindHelper.Program(
            "struct In { char c; short s; }; struct Out { char a; struct In in; int b[3]; union { long u; char v[4]; }; unsigned f : 3; unsigned g : 7; struct Out *next; }; "
            + "uprobe:/bin/sh:main { $o = (struct Out *)arg0; @ = ($o->in.s, $o->b[1], $o->v, $o->g, $o->next->a, sizeof(struct Out), offsetof(struct Out, in.s)); }");
        string text = BoundProgramText.Of(program.Probes[0]);
        Assert.Contains("*$o:struct Out *.in@16:struct In.s@16:int16", text, StringComparison.Ordinal);
        Assert.Contains("*$o:struct Out *.b@64:int32[3][1:uint64]:int32", text, StringComparison.Ordinal);
        Assert.Contains("*$o:struct Out *.v@192:string[4]", text, StringComparison.Ordinal);
        Assert.Contains("*$o:struct Out *.g@259:uint32", text, StringComparison.Ordinal);
        Assert.Contains("**$o:struct Out *.next@320:struct Out */User.a@0:int8", text, StringComparison.Ordinal);
        Assert.Contains("48:int8, 4:int8)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Kernel_structures_come_from_BTF()
    {
        if (BindHelper.KernelTypes is not { } btf)
            return;
        BoundProgram program = BindHelper.Program("begin { $t = curtask; @ = ($t->comm, $t->real_parent->pid, curtask.pid); }", catalog: new FakeKernelCatalog(btf));
        string text = BoundProgramText.Of(program.Probes[0]);
        Assert.Contains("$t = curtask():struct task_struct */Kernel", text, StringComparison.Ordinal);
        Assert.Contains(".real_parent@", text, StringComparison.Ordinal);
        Assert.Equal("(string[16],int32,int32)", program.Maps[0].ValueType.DisplayName);
    }

    [Theory]
    [InlineData("macro add($x) { $x += 10; } begin { $a = 1; add($a); @ = $a; }", "$a = 1:int64; {$a = ($a:int64 Add 10:int64):int64}; @ = $a:int64")]
    [InlineData("macro two(e) { e + e } begin { @ = two(pid); }", "@ = ((uint64)pid():uint32 Add (uint64)pid():uint32):uint64")]
    [InlineData("macro set(@m, v) { @m = v; } begin { set(@z, 5); }", "{@z = 5:int8}")]
    [InlineData("macro own() { let $x = 5; $x } begin { $x = \"s\"; @ = own(); }", "$x = \"s\"; @ = {$x = 5:int8 => $x:int8}")]
    public void Macros_are_hygienic(string script, string expected)
    {
        BoundProgram program = BindHelper.Program(script);
        Assert.Equal(expected, BoundProgramText.Of(program.Probes[0]));
    }

    [Fact]
    public void Positional_parameters_are_numbers_or_text()
    {
        BoundProgram program = BindHelper.Program("begin { printf(\"%d %s %d\", $1, str($2), $#); }", new BindOptions { Arguments = ["0x10", "abc"] });
        Assert.Equal("Printf#0(16:int8, \"abc\", 2:int8)", BoundProgramText.Of(program.Probes[0]));
    }

    [Theory]
    [InlineData("getopt(\"n\", 5)", "", "5:uint64")]
    [InlineData("getopt(\"n\", 5)", "0x10", "16:uint64")]
    [InlineData("getopt(\"n\", -5)", "-7", "-7:int64")]
    [InlineData("getopt(\"n\", true)", "False", "0:bool")]
    [InlineData("getopt(\"n\", \"a\")", "xyz", "\"xyz\"")]
    public void Named_parameters_have_their_default_s_type(string call, string argument, string expected)
    {
        var options = new BindOptions();
        if (argument.Length > 0)
            options = options with { NamedArguments = new Dictionary<string, string> { ["n"] = argument } };
        Assert.Equal("$x = " + expected, BoundProgramText.Of(BindHelper.Program($"begin {{ $x = {call}; }}", options).Probes[0]));
    }

    [Fact]
    public void Unknown_named_arguments_are_refused_with_those_there_are()
    {
        BindResult result = BindHelper.Bind("begin { print(getopt(\"aa\", 10, \"An a\")); }", new BindOptions { NamedArguments = new Dictionary<string, string> { ["bb"] = "" } });
        var error = Assert.Single(result.Diagnostics);
        Assert.Equal("unexpected program command line options: --bb", error.Message);
        Assert.Equal("expected program options: --aa", Assert.Single(error.Hints));
    }

    [Fact]
    public void An_output_in_a_macro_knows_where_the_macro_is_used()
    {
        BoundProgram program = BindHelper.Program("macro bad() { errorf(\"x\"); } begin { bad(); bad(); }");
        Assert.Equal([[37], [44]], program.Sites.Select(s => s.ExpandedFrom!.Select(u => u.Start).ToArray()).ToArray());
    }

    [Theory]
    [InlineData("8@%rdi", "(uint64)reg( #di):uint64")]
    [InlineData("-4@%esi", "(uint64)(int32)reg( #si):uint64")]
    [InlineData("1@%ah", "(uint64)(uint8)(reg( #ax):uint64 ShiftRight 8:uint64):uint64")]
    [InlineData("-2@$-9", "(uint64)-9:int16")]
    [InlineData("4@-20(%rbp)", "(uint64)*(uint32 */User)(reg( #bp):uint64 Add -20:uint64):uint64")]
    [InlineData("8@(%r12,%rcx,4)", "(uint64)*(uint64 */User)((reg( #r12):uint64 Add 0:uint64):uint64 Add (reg( #cx):uint64 Multiply 4:uint64):uint64):uint64")]
    public void Arguments_of_static_probes_are_where_their_note_says(string note, string expected)
    {
        var catalog = new FakeKernelCatalog();
        catalog.StaticProbes.Add(("/bin/sh", new("p", "noted", 0x100, 0, "8@%rax " + note)));
        BoundProgram program = BindHelper.Program("usdt:/bin/sh:noted { $x = arg1; }", catalog: catalog);
        Assert.Equal("$x = " + expected.Replace("(uint64)reg", "reg", StringComparison.Ordinal), BoundProgramText.Of(program.Probes[0]).Replace("$x = (uint64)reg", "$x = reg", StringComparison.Ordinal));
    }

    [Fact]
    public void A_variable_may_outlive_its_block_as_it_did()
    {
        BindResult result = BindHelper.Bind("kprobe:f { if (pid) { $a = 1 } else { $a = 300 } print($a); }");
        Assert.Equal("ProbeScope", Assert.Single(result.Diagnostics).Id);
        Assert.Equal("$a = ; if (bool)pid():uint32 {$a = 1:int16} else {$a = 300:int16}; PrintValue#0($a:int16)", BoundProgramText.Of(result.Program!.Probes[0]));
    }

    [Theory]
    [InlineData("AF_INET6", 10)]
    [InlineData("PF_UNIX", 1)]
    [InlineData("ETIMEDOUT", 110)]
    [InlineData("SIGTERM", 15)]
    [InlineData("__NR_openat", 257)]
    [InlineData("TASK_UNINTERRUPTIBLE", 2)]
    public void A_script_that_includes_headers_has_their_constants(string name, int value)
    {
        BoundProgram program = BindHelper.Program($"#include <linux/socket.h>\nbegin {{ $x = {name}; }}");
        Assert.StartsWith($"$x = {value}:", BoundProgramText.Of(program.Probes[0]), StringComparison.Ordinal);
        Assert.Contains(BindHelper.Bind($"begin {{ $x = {name}; }}").Diagnostics, d => d.Id == "UnknownIdentifier");
    }

    [Theory]
    [InlineData("#define SIZE 4\nstruct S { int a[SIZE]; };", 16)]
    [InlineData("#ifdef NOPE\nstruct S { int a; };\n#else\nstruct S { int a[3]; };\n#endif", 12)]
    [InlineData("struct S { char a; long b; } __attribute__((packed));", 9)]
    [InlineData("struct __attribute__((packed)) S { char a; long b; };", 9)]
    [InlineData("struct __attribute__((__packed__)) T { char a; int b; }; struct S { struct T t[2]; };", 10)]
    [InlineData("struct S { int a; int b[]; };", 4)]
    [InlineData("struct S { void (*call)(int, char *); const char *name; };", 16)]
    [InlineData("enum E { A, B = 5, C }; struct S { enum E e; char c[C]; };", 12)]
    public void C_definitions(string definitions, int size)
    {
        BoundProgram program = BindHelper.Program(definitions + "\nbegin { $x = sizeof(struct S); }");
        Assert.Equal($"$x = {size}:int8", BoundProgramText.Of(program.Probes[0]));
    }
}
