namespace BpfTrace;

public sealed partial class CompiledTrace
{
    private static string? ShowStage(CompileStage _) => null;

    private static void ReleaseChild()
    {
    }
}
