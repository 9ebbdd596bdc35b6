using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using BpfTrace.Commands.Output;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands.Completion;

/// <summary>
/// Completes names of properties behind <c>Start-BpfTrace 'PROGRAM' |</c> and <c>Invoke-BpfTool NAME |</c>: those of the program's own events, which <c>[OutputType]</c> cannot know. Called from
/// the completers that the module registers; where it answers nothing, the engine goes on as it does without them.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PipelineCompletion
{
    // What passes objects on as they are.
    private static readonly HashSet<string> s_passing = new(["Where-Object", "where", "?", "Sort-Object", "sort", "Tee-Object", "tee"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the module may register its completers: arguments of <c>Register-ArgumentCompleter</c> for each parameter.</summary>
    /// <remarks>A property, looked for each time: scripts call methods of ours in FullLanguage only.</remarks>
    public static Hashtable[] FreePlaces => CompleterPlaces.FindFree();

    /// <summary>The properties that begin with a word; none where it is not known what comes down the pipeline.</summary>
    /// <param name="wordToComplete">What was typed so far.</param>
    /// <param name="command">The command that is being typed.</param>
    public static CompletionResult[] Complete(string wordToComplete, CommandAst command)
    {
        ArgumentNullException.ThrowIfNull(wordToComplete);
        ArgumentNullException.ThrowIfNull(command);
        if (FindProgram(command, out bool isTool) is not { } program)
        {
            return [];
        }

        // Whatever the verifier would say: the properties are the same.
        using CompiledTrace trace = TraceCompiler.Compile(program, new TraceOptions { CompileOnly = true, SeparateHeadings = isTool });
        ScriptReport report = ScriptReports.Create(trace);
        if (!report.IsValid)
        {
            return [];
        }

        var found = new Dictionary<string, CompletionResult>(StringComparer.OrdinalIgnoreCase);
        string start = Quoting.Bare(wordToComplete);
        foreach (ScriptEventType type in report.EventTypes)
        {
            foreach (ScriptProperty property in type.Properties)
            {
                Add(found, start, property.Name, $"{property.Name} : {Views.TypeName(property.TypeName)} of {type.Source}");
            }
        }

        if (report.EventTypes.Length > 0)
        {
            AddOf(typeof(TraceEvent), found, start);
        }

        if (report.Maps.Length > 0)
        {
            AddOf(typeof(MapEntry), found, start);
            int parts = report.Maps.Max(static m => KeyParts(m.KeyType));
            for (int i = 1; i <= parts; i++)
            {
                Add(found, start, string.Create(CultureInfo.InvariantCulture, $"Key{i}"), "a part of a MapEntry's key");
            }
        }

        return [.. found.Values];
    }

    /// <summary>How many parts a key has; 0 for one that is a single value: <c>(string[16],uint32)</c> has two.</summary>
    private static int KeyParts(string? type)
    {
        if (type is null || !type.StartsWith('('))
        {
            return 0;
        }

        int depth = 0;
        int parts = 1;
        foreach (char c in type)
        {
            depth += c is '(' or '[' ? 1 : c is ')' or ']' ? -1 : 0;
            parts += c == ',' && depth == 1 ? 1 : 0;
        }

        return parts;
    }

    private static void AddOf(Type type, Dictionary<string, CompletionResult> found, string start)
    {
        foreach (System.Reflection.PropertyInfo property in type.GetProperties())
        {
            Add(found, start, property.Name, $"{property.Name} : {Views.TypeName(property.PropertyType.ToString())} of every {type.Name}");
        }
    }

    private static void Add(Dictionary<string, CompletionResult> found, string start, string name, string toolTip)
    {
        if (name.StartsWith(start, StringComparison.OrdinalIgnoreCase))
        {
            found.TryAdd(name, new CompletionResult(Quoting.Quote(name), name, CompletionResultType.Property, toolTip));
        }
    }

    /// <summary>The program that a command's input comes from; null when there is none, or it is not known.</summary>
    private static SourceText? FindProgram(CommandAst command, out bool isTool)
    {
        isTool = false;
        if (command.Parent is not PipelineAst pipeline)
        {
            return null;
        }

        int own = pipeline.PipelineElements.IndexOf(command);
        for (int i = own - 1; i > 0; i--)
        {
            if (pipeline.PipelineElements[i] is not CommandAst between || !s_passing.Contains(between.GetCommandName() ?? ""))
            {
                return null;
            }
        }

        return own >= 1 && pipeline.PipelineElements[0] is CommandAst first ? PipelineSource.Find(first, out isTool) : null;
    }
}
