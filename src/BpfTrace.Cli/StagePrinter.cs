using System.Collections.Immutable;

namespace BpfTrace.Cli;

/// <summary><c>-d</c>: what the stages of the compilation made, in their order.</summary>
internal static class StagePrinter
{
    private static readonly (string Name, CompileStage Stage, string Title)[] s_stages =
    [
        ("ast", CompileStage.Ast, "AST"),
        ("types", CompileStage.Types, "Types"),
        ("codegen", CompileStage.Codegen, "LLVM IR before optimization"),
        ("codegen-opt", CompileStage.CodegenOpt, "LLVM IR after optimization"),
        ("dis", CompileStage.Disassembly, "Disassembled bytecode"),
        ("libbpf", CompileStage.Load, "Maps and programs to load"),
    ];

    public static void Print(CompiledTrace trace, ImmutableArray<string> stages, OutputSink output)
    {
        if (stages.IsEmpty)
            return;
        foreach ((string name, CompileStage stage, string title) in s_stages)
        {
            if (!stages.Contains(name) || trace.Show(stage) is not { } text)
                continue;
            output.Write($"{title}\n{new string('-', title.Length)}\n\n");
            output.Write(text);
            output.Write(text.EndsWith('\n') ? "\n" : "\n\n");
        }
    }
}
