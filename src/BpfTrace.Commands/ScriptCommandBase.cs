using System.Collections;
using System.Collections.Immutable;
using System.Management.Automation;
using BpfTrace.Commands.Completion;
using BpfTrace.Language.Binding;

namespace BpfTrace.Commands;

/// <summary>A cmdlet that compiles programs: what they are compiled with.</summary>
public abstract class ScriptCommandBase : BpfCommandBase
{
    /// <summary>Positional parameters: <c>$1</c>, <c>$2</c>, …</summary>
    [Parameter]
    [Alias("Args")]
    [AllowEmptyCollection]
    [ValidateNotNull]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>Named parameters, which the program asks for with <c>getopt</c>: <c>@{ top = 5; verbose = $true }</c>.</summary>
    [Parameter]
    public Hashtable? NamedArgument { get; set; }

    /// <summary>The processes a trace is limited to.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [AllowEmptyCollection]
    [Alias("Pid", "P")]
    [ArgumentCompleter(typeof(ProcessIdCompleter))]
    public int[] ProcessId { get; set; } = [];

    /// <summary>Configuration keys, as in a script's config block; they win over it.</summary>
    [Parameter]
    public Hashtable? Config { get; set; }

    /// <summary>Allow functions that change the system.</summary>
    [Parameter]
    public SwitchParameter Unsafe { get; set; }

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

    /// <summary>The options of these parameters.</summary>
    internal TraceOptions ScriptOptions() => new()
    {
        Arguments = [.. ArgumentList],
        NamedArguments = TextsOf(NamedArgument),
        ProcessIds = [.. ProcessId.Distinct()],
        AllowUnsafe = Unsafe,
        HelperErrors = HelperErrors.Reads, // once for each place: that a value is empty because it could not be read must not stay unsaid
        Config = TextsOf(Config),
        WorkingDirectory = SessionState.Path.CurrentFileSystemLocation.ProviderPath,
        IncludePaths = [.. IncludePath.Select(FullPath)],
        Includes = [.. Include.Select(FileOrName)],
        Defines = Define is null ? [] : [.. Define.Cast<DictionaryEntry>().Select(DefineText)],
    };

    /// <summary>The keys and values of a -Config or -NamedArgument parameter as text.</summary>
    private static ImmutableDictionary<string, string> TextsOf(Hashtable? values) => values is null
        ? ImmutableDictionary<string, string>.Empty
        : values.Cast<DictionaryEntry>().ToImmutableDictionary(
            e => LanguagePrimitives.ConvertTo<string>(e.Key),
            e => TextOf(e.Value));

    /// <summary>A value as a command line has it: true and false in small letters, numbers in no culture's way.</summary>
    private protected static string TextOf(object? value) => value switch
    {
        PSObject wrapped => TextOf(wrapped.BaseObject),
        SwitchParameter given => given ? "true" : "false",
        bool flag => flag ? "true" : "false",
        _ => LanguagePrimitives.ConvertTo<string>(value),
    };

    /// <summary>A path as the shell means it: the process may be in another directory.</summary>
    private protected string FullPath(string path) => SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

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
