using System.Text.RegularExpressions;
using BpfTrace.Compiler;
using BpfTrace.Language.Binding;

namespace BpfTrace.Fuzz.Checks;

/// <summary>Generates code for a bound program through LLVM: it comes out, or a diagnostic with a place does.</summary>
internal static partial class CompileCheck
{
    public static CheckResult Check(BoundProgram program, out CompilationResult? result)
    {
        result = null;
        try
        {
            result = ProgramCompiler.Compile(program, new CompileOptions { PossibleCpus = 2 });
        }
        catch (LlvmFatalErrorException exception)
        {
            return new CheckResult(Outcome.Bound, new Finding("compile: LLVM fatal error: " + Signature(exception.Message), exception.Message));
        }
        catch (Exception exception)
        {
            return new CheckResult(Outcome.Bound, Finding.Of("compile", exception));
        }

        bool failed = result.Collection is null;
        if (failed != result.Diagnostics.Any(static d => d.IsError))
            return new CheckResult(Outcome.NotCompiled, new Finding("compile: success and diagnostics disagree", ""));
        if (LanguageCheck.CheckDiagnostics(result.Diagnostics, "compile") is { } wrong)
            return new CheckResult(Outcome.NotCompiled, wrong);
        // A refusal is in order where bpftrace has one; these say that the generator, not the script, is at its end.
        if (result.Diagnostics.FirstOrDefault(static d => d.IsError && d.Id is "CodeGenerationFailed" or "NotSupported") is { } refusal)
            return new CheckResult(Outcome.NotCompiled, new Finding("compile: " + refusal.Id + ": " + Signature(refusal.Message), refusal.ToString()));
        return new CheckResult(failed ? Outcome.NotCompiled : Outcome.Compiled, null, result.Diagnostics.FirstOrDefault(static d => d.IsError)?.Message);
    }

    /// <summary>A message without what is one program's own: names, numbers, registers.</summary>
    public static string Signature(string message)
    {
        string line = message.Split('\n')[0];
        return Own().Replace(line.Length > 160 ? line[..160] : line, "#");
    }

    [GeneratedRegex(@"'[^']*'|0x[0-9a-f]+|\b[rR]\d+\b|-?\d+|%\w+|[$@]\w+|in function .*")]
    private static partial Regex Own();
}
