namespace BpfTrace.Tests.Bpf;

/// <summary>A test that needs a readable file of the running system; skipped, and counted as skipped, where there is none.</summary>
public sealed class FactWithAttribute : FactAttribute
{
    public FactWithAttribute(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Skip = $"{path}: {e.Message}";
        }
    }
}
