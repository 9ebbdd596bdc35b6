using System.Collections;
using System.Management.Automation;

namespace BpfTrace.Commands;

/// <summary>A cmdlet that compiles programs: what their C part is read with.</summary>
public abstract class ScriptCommandBase : BpfCommandBase
{
    /// <summary>Directories where <c>#include</c> looks first, and <c>import</c> after the script's own.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Alias("I")]
    public string[] IncludePath { get; set; } = [];

    /// <summary>Headers that are included before the program: a file, or a name as in <c>#include</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Include { get; set; } = [];

    /// <summary>Macros of the C preprocessor with their values, for the program's expressions and its C part.</summary>
    [Parameter]
    [Alias("D")]
    public Hashtable? Define { get; set; }

    /// <summary>The options with these parameters.</summary>
    internal TraceOptions WithCDefinitions(TraceOptions options) => options with
    {
        WorkingDirectory = SessionState.Path.CurrentFileSystemLocation.ProviderPath,
        IncludePaths = [.. IncludePath.Select(FullPath)],
        Includes = [.. Include.Select(FileOrName)],
        Defines = Define is null ? [] : [.. Define.Cast<DictionaryEntry>().Select(DefineText)],
    };

    /// <summary>A path as the shell means it: the process may be in another directory.</summary>
    private string FullPath(string path) => SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    private string FileOrName(string header) => FullPath(header) is { } path && File.Exists(path) ? path : header;

    private static string DefineText(DictionaryEntry define)
    {
        string name = LanguagePrimitives.ConvertTo<string>(define.Key);
        return define.Value switch
        {
            null or true => name + "=1",
            false => name + "=0",
            string text => $"{name}={text}",
            _ => $"{name}={LanguagePrimitives.ConvertTo<string>(define.Value)}",
        };
    }
}
