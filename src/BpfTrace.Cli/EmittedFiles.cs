namespace BpfTrace.Cli;

/// <summary><c>--emit-llvm</c> and <c>--emit-elf</c>: what the code generator made, as files, under bpftrace's names.</summary>
internal static class EmittedFiles
{
    /// <summary>Writes the files that are asked for.</summary>
    /// <returns>Null, or what went wrong.</returns>
    public static string? Write(CommandLine line, CompiledTrace trace)
    {
        string file = "";
        try
        {
            if (line.EmitLlvm is { } prefix)
            {
                File.WriteAllText(file = prefix + ".original.ll", trace.Show(CompileStage.Codegen));
                File.WriteAllText(file = prefix + ".optimized.ll", trace.Show(CompileStage.CodegenOpt));
            }

            if (line.EmitElf is { } path)
                File.WriteAllBytes(file = path, trace.EmitObject());
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Failed to write \"{file}\": {e.Message}";
        }
    }
}
