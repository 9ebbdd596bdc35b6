using System.Collections.Immutable;
using BpfTrace.Language.CDefinitions;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Imports;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Binding;

/// <summary>C functions that a script imports: compiled once, found by name.</summary>
internal sealed class CCodeBinder
{
    private readonly Dictionary<string, CFunctionSymbol> _functions = new(StringComparer.Ordinal);
    private readonly List<CCode> _code = [];

    /// <summary>A script without any.</summary>
    public static CCodeBinder None { get; } = new();

    /// <summary>The compiled files.</summary>
    public ImmutableArray<CCode> Code => [.. _code];

    /// <summary>The names of the functions that can be called.</summary>
    public IEnumerable<string> Names => _functions.Values.Where(static f => f.WhyNot is null).Select(static f => f.Name);

    /// <summary>Compiles what a script imports.</summary>
    public static CCodeBinder Bind(ProgramSyntax program, BindOptions options, DiagnosticBag diagnostics)
    {
        if (program.ImportedFiles.IsEmpty)
            return None;
        var binder = new CCodeBinder();
        foreach (ImportedFile file in program.ImportedFiles)
            binder.Add(file, options, diagnostics);
        return binder;
    }

    /// <summary>A function by name; null when no file has it.</summary>
    public CFunctionSymbol? Find(string name) => _functions.GetValueOrDefault(name);

    private void Add(ImportedFile file, BindOptions options, DiagnosticBag diagnostics)
    {
        if (file.Source is null)
        {
            diagnostics.ReportImportObject(file.Import, file.Path);
            return;
        }
        if (options.CCodeCompiler is not { } compiler)
        {
            diagnostics.ReportImportCode(file.Import, file.Path, null);
            return;
        }
        CCodeResult result = compiler.Compile(file.Path, file.Source, options.IncludePaths, options.Defines);
        if (result.WhyMissing is { } why)
        {
            diagnostics.ReportImportCode(file.Import, file.Path, why);
            return;
        }
        foreach (CDiagnostic message in result.Diagnostics)
        {
            bool isOwn = message.Offset >= 0 && message.File.Length == 0;
            TextLocation location = isOwn ? new TextLocation(file.Source, SyntaxFacts.WordAt(file.Source.Text, message.Offset)) : file.Import;
            string text = isOwn || message.File.Length == 0 ? message.Message : $"{message.File}:{message.Line}: {message.Message}";
            diagnostics.ReportImportedC(location, text, message.Severity == CSeverity.Error);
        }
        if (result.Bitcode.IsEmpty)
            return;
        foreach (CFunctionSymbol function in result.Functions)
        {
            // A static function of one file does not hide another file's of the same name.
            if (!_functions.TryGetValue(function.Name, out CFunctionSymbol? known) || known.WhyNot is not null)
                _functions[function.Name] = function;
        }
        _code.Add(new CCode(file.Path, file.Import, result.Bitcode));
    }
}
