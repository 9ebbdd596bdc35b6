using BpfTrace.KernelTests.Support;
using BpfTrace.Language.Completion;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Text;
using BpfTrace.Tests.Bpf;

namespace BpfTrace.KernelTests.Runtime;

/// <summary>User programs with debug information: what a script reads of them, against what they were written to do.</summary>
[Collection(KernelCollection.Name)]
public class DwarfTests
{
    private static string Shapes => NativeProgram.Build("shapes.c", "shapes", "-g", "-O1");

    private static string Classes => NativeProgram.Build("shapes.cpp", "classes", "-g", "-O0");

    private static string Text(string program, string script) => Trace.Text(script.Replace("BIN", program, StringComparison.Ordinal), new TraceOptions { Command = program }).TrimEnd('\n');

    private static Diagnostic Error(string script)
    {
        using CompiledTrace trace = TraceCompiler.Compile(new SourceText(script.Replace("BIN", Shapes, StringComparison.Ordinal)), null);
        return Assert.Single(trace.Diagnostics, d => d.IsError);
    }

    [RequiresDwarfFact("gcc")]
    public void Arguments_are_read_by_name_and_type() => Assert.Equal(
        "x 200 -3 1 GREEN 1099511627776",
        Text(Shapes, """uprobe:BIN:scalars { printf("%c %d %d %d %s %lu\n", args.c, args.u, args->s, args.b, args.hue, args.w); }"""));

    [RequiresDwarfFact("gcc")]
    public void Arguments_and_functions_complete_with_their_types()
    {
        string[] Complete(string script)
        {
            string text = script.Replace("BIN", Shapes, StringComparison.Ordinal);
            return [.. ScriptCompletion.Complete(text, text.Length, LinuxKernelCatalog.Shared).Items.Select(i => $"{i.Label}: {i.ToolTip.Split('\n')[0]}")];
        }

        Assert.Equal(["hue: enum color hue"], Complete("uprobe:BIN:scalars { print(args.c); args.hu"));
        Assert.Contains("name: string[12] name", Complete("uprobe:BIN:pointers { args.f->na"));
        Assert.StartsWith("scalars: scalars(char c, ", Assert.Single(Complete("uprobe:BIN:scala")), StringComparison.Ordinal);
    }

    [RequiresDwarfFact("gcc")]
    public void Arguments_as_a_whole_print_are_kept_and_are_keys()
    {
        const string All = "{ .c = 120, .u = 200, .s = -3, .b = true, .hue = GREEN, .w = 1099511627776 }";
        Assert.Equal(
            $"{All}\n-3\n\n\n@[{All}]: 2",
            Text(Shapes, "uprobe:BIN:scalars { print(args); $a = args; print($a.s); @[args] = 1; @[args]++; } "));
    }

    [RequiresDwarfFact("gcc")]
    public void Structures_come_out_of_registers_and_the_stack() => Assert.Equal(
        "11 12 spanned 7 1 21 22 23 31\n{ .x = 11, .y = 12 }\n1 3\n78\n55",
        Text(Shapes, """
            uprobe:BIN:by_value {
              printf("%d %d %s %d %d %d %d %d %d\n", args.p.x, args.p.y, str(args.s.text), args.s.length, args.s.ok, args.big.a, args.big.b, args.big.c, args.last);
              print(args.p);
            }
            uprobe:BIN:mixes { print(args.after); }
            uprobe:BIN:returns_wide { print(args.a); }
            uprobe:BIN:floats { printf("%d %d\n", args.a, args.b); }
            """));

    [RequiresDwarfFact("gcc")]
    public void Members_of_every_form_are_read_through_pointers() => Assert.Equal(
        "6 100 3 raw hello 6 42 -7 BLUE 5 9 second\n6 100\n88 11 7",
        Text(Shapes, """
            uprobe:BIN:pointers {
              $f = args.f;
              printf("%d %d %d %s %s %d %d %d %s %d %d %s\n", $f.lo, $f.mid, $f.bytes[2], $f.raw, $f.name, $f.grid[1][2], $f.u.i, $f.inner, $f.hue, $f.next.lo, $f.w, str(args.list[1]));
              $same = (struct flags *)arg0;
              printf("%d %d\n", $same->lo, $same.mid);
              printf("%d %d %d\n", sizeof(struct flags), offsetof(struct flags, name), BLUE);
            }
            """));

    [RequiresDwarfFact("gcc")]
    public void The_scripts_own_structure_hides_the_programs() => Assert.Equal(
        "806", Text(Shapes, "struct flags { short all; } uprobe:BIN:pointers { print(((struct flags *)arg0).all & 0x3ff); }"));

    [RequiresDwarfFact("g++")]
    public void Methods_have_this_and_what_it_inherits() => Assert.Equal(
        "3 12 5\n12 30\n40 1",
        Text(Classes, """
            uprobe:BIN:cpp:"shop::Item::cost" { printf("%d %d %d\n", args.amount, args.this.price, args.this.id); }
            uprobe:BIN:cpp:"shop::Item::total" { printf("%d %d\n", args.a.price, args.b.price); }
            uprobe:BIN:cpp:"shop::passed" { printf("%d %d\n", args.owner.number, args.flag); }
            """));

    /// <summary>Its debug information has no size for them.</summary>
    [RequiresDwarfFact("g++")]
    public void Pointers_to_members_are_their_offsets() => Assert.Equal(
        "8 109 40", Text(Classes, "uprobe:BIN:cpp:\"shop::kept\" { printf(\"%d %d %d\\n\", args.members.data, args.members.last, sizeof(*args.members)); }"));

    [RequiresDwarfFact("g++")]
    public void Functions_of_a_template_are_found_by_their_readable_names() => Assert.Equal(
        "4\n5", Text(Classes, "uprobe:BIN:cpp:\"*shop::doubled<*\" { print(args.value); }"));

    [RequiresDwarfFact("gcc")]
    public void A_source_line_is_probed_everywhere_it_is()
    {
        int line = NativeProgram.LineOf("shapes.c", "line of inlined()");
        Assert.Equal("@: 6", Text(Shapes, $"uprobe:BIN@shapes.c:{line} {{ @++; }}").Trim('\n'));
        using CompiledTrace trace = Trace.Compile($"uprobe:{Shapes}@Data/shapes.c:{line} {{ }}");
        Assert.Equal(2, trace.Probes.Length);
        Assert.All(trace.Probes, p => Assert.Matches($"^uprobe:{Shapes}:[0-9]+$", p.FullName));
    }

    [RequiresDwarfFact("gcc")]
    public void Stacks_have_source_lines_and_inlined_functions()
    {
        string program = NativeProgram.Build("shapes.c", "frames", "-g", "-O1", "-fno-omit-frame-pointer");
        string script = $"uprobe:{program}@shapes.c:{NativeProgram.LineOf("shapes.c", "line of inlined()")} {{ @[ustack] = count(); }}";
        StackTrace[] stacks = [.. Trace.Run(script, new TraceOptions { Command = program + " wait", EmitMapsAtEnd = true })
            .OfType<MapRecord>().Single().Entries.Select(e => (StackTrace)e.Key!)];
        Assert.Equal(2, stacks.Length);
        string source = NativeProgram.Source("shapes.c");
        string[] calls = [.. stacks.Select(stack =>
        {
            Assert.Equal(["inlined", "outer", "main"], stack.Frames.Take(3).Select(f => f.Symbol));
            Assert.Equal([true, false, false], stack.Frames.Take(3).Select(f => f.IsInlined));
            Assert.All(stack.Frames.Take(3), f => Assert.Equal(source, f.SourceFile));
            Assert.Equal(NativeProgram.LineOf("shapes.c", "line of inlined()"), stack.Frames[0].SourceLine);
            Assert.Equal(NativeProgram.LineOf("shapes.c", "call of outer()"), stack.Frames[2].SourceLine);
            Assert.StartsWith($"[inlined] inlined@{source}:", stack.ToString(), StringComparison.Ordinal);
            return File.ReadAllLines(source)[stack.Frames[1].SourceLine - 1].Split("/* ")[1].Split(' ')[0];
        }).Order(StringComparer.Ordinal)];
        Assert.Equal(["first", "second"], calls);

        MapRecord plain = Trace.Run("config = { show_debug_info = 0 } " + script, new TraceOptions { Command = program + " wait", EmitMapsAtEnd = true }).OfType<MapRecord>().Single();
        Assert.All(plain.Entries, e => Assert.Matches(@"^outer\+\d+\nmain\+\d+\n", e.Key!.ToString()));
    }

    [RequiresDwarfFact("gcc")]
    public void What_is_wrong_is_said_at_its_place()
    {
        Diagnostic floating = Error("uprobe:BIN:floats { print(args.d); }");
        Assert.Equal("d has unsupported type", floating.Message);
        Assert.Equal("Can't find function parameter y", Error("uprobe:BIN:outer { print(args.y); }").Message);
        Assert.Equal(
            $"Could not parse arguments of \"uprobe:{Shapes}:seven\": 'args' builtin is not supported for probes with stack-passed arguments.",
            Error("uprobe:BIN:seven { print(args.a); }").Message);
        Assert.Equal("DWARF error: Unable to map 'shapes.c:99999' to address", Error("uprobe:BIN@shapes.c:99999 { }").Message);
        Assert.Equal("Invalid uprobe arguments, expected format: uprobe:TARGET@FILE:LINE[:COL]", Error("uprobe:BIN@shapes.c { }").Message);
        Assert.Equal("Source code location not allowed", Error("uretprobe:BIN@shapes.c:5 { }").Message);
        Assert.Equal("Cannot use wildcards with source code location", Error("uprobe:BIN*@shapes.c:5 { }").Message);
        string bare = NativeProgram.Build("shapes.c", "bare", "-O1");
        Assert.Equal($"Could not parse arguments of \"uprobe:{bare}:outer\": no debuginfo found for {bare}", Error($"uprobe:{bare}:outer {{ print(args.x); }}").Message);
        Assert.Equal($"No DWARF debug info found for '{bare}', cannot attach by source code location.", Error($"uprobe:{bare}@shapes.c:5 {{ }}").Message);
    }

    [RequiresDwarfFact("gcc")]
    public void A_listing_has_the_parameters_of_user_functions()
    {
        ProbeInfo probe = Assert.Single(ProbeCatalog.Find($"uprobe:{Shapes}:scalars"));
        Assert.Equal(["char", "unsigned char", "short int", "_Bool", "enum color", "word_t"], probe.Parameters.Select(p => p.Type));
        Assert.Equal("enum color hue", probe.Parameters[4].Declaration);
        Assert.Null(probe.ParametersUnknown);
        string bare = NativeProgram.Build("shapes.c", "bare", "-O1");
        ProbeInfo unknown = Assert.Single(ProbeCatalog.Find($"uprobe:{bare}:scalars"));
        Assert.Empty(unknown.Parameters);
        Assert.Equal($"No DWARF found for \"{bare}\", cannot show parameter info", unknown.ParametersUnknown);
    }
}
