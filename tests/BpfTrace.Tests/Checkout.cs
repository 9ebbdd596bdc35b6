namespace BpfTrace.Tests;

/// <summary>The repository that the tests run in.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    /// <summary>The text of an about topic.</summary>
    public static string Topic(string name) => File.ReadAllText(Path.Combine(Root, "module", "en-US", name + ".help.txt"));

    private static string Find()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "BpfTrace.sln")))
            directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
