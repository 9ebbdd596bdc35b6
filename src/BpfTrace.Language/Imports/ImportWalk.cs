using System.Collections.Immutable;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Imports;

/// <summary>One walk over a script's imports.</summary>
internal sealed class ImportWalk
{
    private readonly ProgramSyntax _root;
    private readonly IImportFiles _files;
    /// <summary>Scripts that import one another in a row; each has its place on the stack.</summary>
    private const int MaxDepth = 64;

    private readonly IReadOnlyList<string> _searchPaths;
    private readonly string _workingDirectory;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<ProgramSyntax> _scripts = [];
    private readonly List<CDefinitionSyntax> _headers = [];
    private readonly List<ImportedFile> _others = [];
    private SourceText _source;
    private int _depth;

    public ImportWalk(ProgramSyntax root, IImportFiles files, IReadOnlyList<string> searchPaths, string workingDirectory)
    {
        _workingDirectory = workingDirectory;
        _root = root;
        _files = files;
        _searchPaths = searchPaths;
        _source = root.Source;
        if (root.Source.IsFile)
            _seen.Add(files.GetIdentity(root.Source.Name));
    }

    public DiagnosticBag Diagnostics { get; } = new();

    /// <summary>Follows the imports of one script, those of what it imports first.</summary>
    public void Follow(ProgramSyntax script)
    {
        string directory = DirectoryOf(script.Source.GetPart(script.Span.Start, out _));
        foreach (ImportSyntax import in script.Imports)
            Import(import.Path, new TextLocation(script.Source, import.Span), directory);
        foreach (ImportStatementSyntax statement in ImportResolver.Statements(script))
        {
            var location = new TextLocation(script.Source, statement.Span);
            if (statement.Path.EndsWith(".bt", StringComparison.Ordinal) || _files.GetKind(statement.Path) == ImportEntryKind.Directory)
                Diagnostics.ReportStatementImport(location);
            else
                Import(statement.Path, location, directory);
        }
    }

    /// <summary>The script with what was imported before its own parts.</summary>
    public ProgramSyntax Merge()
    {
        if (_source == _root.Source && _others.Count == 0)
            return _root;
        var definitions = ImmutableArray.CreateBuilder<CDefinitionSyntax>();
        var members = ImmutableArray.CreateBuilder<MemberSyntax>();
        definitions.AddRange(_headers);
        foreach (ProgramSyntax script in _scripts)
        {
            definitions.AddRange(script.CDefinitions);
            members.AddRange(script.Members);
        }
        definitions.AddRange(_root.CDefinitions);
        members.AddRange(_root.Members);
        return _root with
        {
            Source = _source,
            CDefinitions = definitions.ToImmutable(),
            Imports = [],
            Members = members.ToImmutable(),
            ImportedFiles = [.. _others],
        };
    }

    private string DirectoryOf(SourceText script) =>
        script.IsFile ? Path.GetDirectoryName(script.Name) ?? string.Empty : _workingDirectory;

    /// <summary>Finds what an import names: in the directories, then in the library.</summary>
    private void Import(string name, TextLocation location, string directory)
    {
        var looked = new List<string>();
        foreach (string place in Places(directory))
        {
            string path = Path.Combine(place, name);
            if (looked.Contains(path))
                continue;
            looked.Add(path);
            if (_files.GetKind(path) == ImportEntryKind.None)
                continue;
            if (IsWritableByAll(path))
            {
                Diagnostics.ReportImportSkipped(location, path);
                continue;
            }
            ImportPath(path, location);
            return;
        }
        if (StandardLibrary.Find(name) is not { } module)
            Diagnostics.ReportImportNotFound(location, looked, Suggestions.Closest(name, StandardLibrary.Modules));
        else if (module.Length > 0 && _seen.Add(name))
            ImportScript(new SourceText(module, name));
    }

    private IEnumerable<string> Places(string directory) => [directory, DirectoryOf(_root.Source), .. _searchPaths];

    /// <summary>Whoever may write there could put a script into a privileged user's hands.</summary>
    private bool IsWritableByAll(string path)
    {
        string parent = Path.GetDirectoryName(path) is { Length: > 0 } directory ? directory : ".";
        return _files.IsWritableByAll(path) || _files.IsWritableByAll(parent);
    }

    private void ImportPath(string path, TextLocation location)
    {
        if (_files.GetKind(path) != ImportEntryKind.Directory)
        {
            if (!ImportFile(path, location))
                Diagnostics.ReportImportType(location, Path.GetFileName(path));
            return;
        }
        try
        {
            foreach (string entry in _files.List(path))
            {
                string file = Path.Combine(path, entry);
                if (_files.GetKind(file) != ImportEntryKind.File)
                    continue;
                if (IsWritableByAll(file))
                    Diagnostics.ReportImportRefused(location, file);
                else
                    ImportFile(file, location);
            }
        }
        catch (IOException failure)
        {
            Diagnostics.ReportImportUnreadable(location, path, failure.Message);
        }
    }

    /// <summary>Imports a file by its kind; false for a kind that is not known.</summary>
    private bool ImportFile(string path, TextLocation location)
    {
        bool isScript = path.EndsWith(".bt", StringComparison.Ordinal);
        bool isHeader = path.EndsWith(".h", StringComparison.Ordinal);
        bool isSource = path.EndsWith(".bpf.c", StringComparison.Ordinal);
        bool isObject = path.EndsWith(".bpf.o", StringComparison.Ordinal);
        if (!isScript && !isHeader && !isSource && !isObject)
            return false;
        if (!_seen.Add(_files.GetIdentity(path)))
            return true;
        if (isObject)
        {
            _others.Add(new ImportedFile(ImportedFileKind.Object, path, null, location));
            return true;
        }
        SourceText text;
        try
        {
            text = _files.Read(path);
        }
        catch (IOException failure)
        {
            Diagnostics.ReportImportUnreadable(location, path, failure.Message);
            return true;
        }
        if (isScript && _depth == MaxDepth)
            Diagnostics.ReportImportTooDeep(location, MaxDepth);
        else if (isScript)
            ImportScript(text);
        else if (isHeader)
            ImportHeader(text);
        else
            _others.Add(new ImportedFile(ImportedFileKind.CSource, path, text, location));
        return true;
    }

    private void ImportScript(SourceText text)
    {
        _source = _source.Append(text);
        ParseResult parsed = Parser.Parse(_source);
        Diagnostics.AddRange(parsed.Diagnostics);
        if (!parsed.Success)
            return;
        if (parsed.Root.Config is { Entries.IsEmpty: false } config)
            Diagnostics.ReportConfigInImport(new TextLocation(_source, config.Span));
        _depth++;
        Follow(parsed.Root);
        _depth--;
        _scripts.Add(parsed.Root);
    }

    /// <summary>C is for a C front end to read: the header stays one piece.</summary>
    private void ImportHeader(SourceText text)
    {
        _source = _source.Append(text);
        var span = new TextSpan(_source.LastPartStart, text.Length);
        _headers.Add(new CDefinitionSyntax(span, CDefinitionKind.Header, text.Text));
    }
}
