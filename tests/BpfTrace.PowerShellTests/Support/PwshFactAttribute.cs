namespace BpfTrace.PowerShellTests.Support;

/// <summary>A test that drives a real pwsh; skipped, and counted so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PwshFactAttribute : FactAttribute
{
    public PwshFactAttribute(bool needsKernel = false, bool needsTmux = false)
    {
        if (Pwsh.Executable is null)
        {
            Skip = "no pwsh on PATH or in $BPFTRACE_PWSH";
        }
        else if (!File.Exists(Pwsh.ModuleAssembly))
        {
            Skip = "the module is not built (./build.sh build)";
        }
        else if (needsKernel && Environment.UserName != "root")
        {
            Skip = "needs root";
        }
        else if (needsTmux && Pwsh.FindOnPath("tmux") is null)
        {
            Skip = "no tmux on PATH";
        }
    }
}
