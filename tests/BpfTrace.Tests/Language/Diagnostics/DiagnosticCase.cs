using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Imports;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Text;
using BpfTrace.Tests.Language.Binding;
using BpfTrace.Tests.Language.Imports;

namespace BpfTrace.Tests.Language.Diagnostics;

/// <summary>
/// A script with every diagnostic it gives written under the line it begins in:
/// <code>
/// begin { $a = cmm; }
///              ~~~ error UnknownIdentifier: Unknown identifier: 'cmm'
///                  hint: Did you mean 'comm'?
/// </code>
/// A place over several lines is <c>@1-3</c>, one in another file <c>@FILE:1:2-3</c>, none <c>@</c>. Notes and macro uses follow as <c>note 1:2-3: …</c> and
/// <c>from 1:2-3: …</c>. Lines that begin with <c>%</c> are options: <c>% unsafe</c>, <c>% args a b</c>, <c>% named n=v</c>, <c>% config k=v</c>,
/// <c>% file x.bt TEXT</c>, <c>% writable x.bt</c>.
/// </summary>
internal sealed partial class DiagnosticCase
{
    private static readonly Lazy<ImmutableArray<DiagnosticCase>> s_all = new(ReadAll);

    private readonly List<string> _options = [];
    private readonly List<string> _script = [];

    private DiagnosticCase(string name, string text)
    {
        Name = name;
        Text = text;
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith('%'))
                _options.Add(line);
            else if (!Annotation().IsMatch(line))
                _script.Add(line);
        }

        while (_script.Count > 0 && _script[^1].Length == 0)
            _script.RemoveAt(_script.Count - 1);
    }

    public static ImmutableArray<DiagnosticCase> All => s_all.Value;

    public string Name { get; }

    /// <summary>The case as it is written down.</summary>
    public string Text { get; }

    /// <summary>Where the files are to be rewritten with what is so now (then look at the difference); null to test.</summary>
    public static string? UpdateDirectory => Environment.GetEnvironmentVariable("BPFTRACE_UPDATE_CASES");

    public ImmutableArray<Diagnostic> Diagnose()
    {
        // Control characters are written as their pictures (U+2400 on): the files stay text.
        var source = new SourceText(string.Concat(string.Join('\n', _script).Select(c => c is >= '\u2400' and < '\u2420' ? (char)(c - '\u2400') : c)));
        ParseResult parsed = Parser.Parse(source);
        if (!parsed.Success)
            return parsed.Diagnostics;
        var files = new MemoryFiles();
        var options = new BindOptions();
        foreach (string option in _options)
            options = Apply(option[1..].Trim(), options, files);
        ImportResult imported = ImportResolver.Resolve(parsed.Root, files, []);
        if (imported.Diagnostics.Any(d => d.IsError))
            return imported.Diagnostics;
        return imported.Diagnostics.AddRange(Binder.Bind(imported.Program, imported.Program.Source, new FakeKernelCatalog(), options).Diagnostics);
    }

    /// <summary>The case as it should be written down.</summary>
    public string Annotate(ImmutableArray<Diagnostic> diagnostics)
    {
        var text = new StringBuilder();
        foreach (string option in _options)
            text.Append(option).Append('\n');
        for (int line = 1; line <= _script.Count; line++)
        {
            text.Append(_script[line - 1]).Append('\n');
            foreach (Diagnostic diagnostic in diagnostics)
            {
                if (diagnostic.Location is { Source.Name: "stdin" } place && place.Start.Line == line && place.End.Line == line)
                    Append(text, new string(' ', place.Start.Column - 1) + new string('~', Math.Max(1, place.End.Column - place.Start.Column)), diagnostic);
            }
        }

        foreach (Diagnostic diagnostic in diagnostics)
        {
            if (diagnostic.Location is not { } place)
                Append(text, "@", diagnostic);
            else if (place.Source.Name != "stdin" || place.Start.Line != place.End.Line)
                Append(text, "@" + place.ToString().Replace("stdin:", "", StringComparison.Ordinal), diagnostic);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string place, Diagnostic diagnostic)
    {
        text.Append(CultureInfo.InvariantCulture, $"{place} {(diagnostic.IsError ? "error" : "warning")} {diagnostic.Id}: {diagnostic.Message.Trim('\n').Replace("\n", "\\n", StringComparison.Ordinal)}\n");
        string indent = new(' ', place.Length + 1);
        foreach (string hint in diagnostic.Hints)
            text.Append(CultureInfo.InvariantCulture, $"{indent}hint: {hint}\n");
        foreach (DiagnosticNote note in diagnostic.Notes)
        {
            string kind = note.Kind == DiagnosticNoteKind.Related ? "note" : "from";
            text.Append(CultureInfo.InvariantCulture, $"{indent}{kind} {note.Location.ToString().Replace("stdin:", "", StringComparison.Ordinal)}: {note.Message}\n");
        }
    }

    private static BindOptions Apply(string option, BindOptions options, MemoryFiles files)
    {
        string[] words = option.Split(' ', 3);
        switch (words[0])
        {
            case "unsafe":
                return options with { AllowUnsafe = true };
            case "args":
                return options with { Arguments = [.. option.Split(' ').Skip(1)] };
            case "named":
                return options with { NamedArguments = Pairs(option) };
            case "config":
                return options with { Config = Pairs(option) };
            case "file":
                files[words[1]] = words[2].Replace("\\n", "\n", StringComparison.Ordinal);
                return options;
            case "writable":
                files.MakeWritableByAll(words[1]);
                return options;
            default:
                throw new InvalidOperationException($"unknown option '{option}'");
        }
    }

    private static Dictionary<string, string> Pairs(string option) =>
        option.Split(' ').Skip(1).Select(p => p.Split('=')).ToDictionary(p => p[0], p => p.Length > 1 ? p[1] : "");

    private static ImmutableArray<DiagnosticCase> ReadAll()
    {
        var all = ImmutableArray.CreateBuilder<DiagnosticCase>();
        string directory = Path.Combine(AppContext.BaseDirectory, "Language", "Diagnostics", "Cases");
        foreach (string file in Directory.GetFiles(directory, "*.diag").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            var cases = new List<DiagnosticCase>();
            foreach (string part in ("\n" + File.ReadAllText(file)).Split("\n---\n", StringSplitOptions.RemoveEmptyEntries))
                cases.Add(new DiagnosticCase($"{name} {cases.Count + 1}", part.Trim('\n') + "\n"));
            all.AddRange(cases);
            if (UpdateDirectory is { } update)
                File.WriteAllText(Path.Combine(update, name + ".diag"), string.Join("---\n", cases.Select(c => c.Annotate(c.Diagnose()))));
        }

        return all.ToImmutable();
    }

    [GeneratedRegex(@"^(( *~+|@\S*) (error|warning) \w+:| +hint: | +(note|from) \S+: )")]
    private static partial Regex Annotation();
}
