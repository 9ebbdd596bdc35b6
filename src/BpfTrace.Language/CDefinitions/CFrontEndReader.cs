using System.Collections.Immutable;
using System.Text;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.CDefinitions;

/// <summary>
/// Has a C front end read the C part of a script, and gives it from the kernel's types what the text refers to and does not define: it is read
/// again and again until no further name is missing (bpftrace <c>clang_parser.cpp</c>).
/// </summary>
internal sealed class CFrontEndReader(ProgramSyntax program, SourceText source, TypeCatalog types, BindOptions options, CSymbols symbols, DiagnosticBag diagnostics)
{
    /// <summary>Constants of this name and a macro's after it hold the macros' values.</summary>
    public const string ValuePrefix = "__bpftrace_value_of_";

    /// <summary>More rounds than a chain of types is long that matters.</summary>
    private const int MaxRounds = 32;

    private readonly CText _text = new(program, source);

    private static readonly string[] s_unknownName = ["unknown type name '", "use of undeclared identifier '"];
    private static readonly string[] s_incompleteType =
    [
        "field has incomplete type '", "array has incomplete element type '", "invalid application of 'sizeof' to an incomplete type '",
        "incomplete definition of type '", "invalid application of '_Alignof' to an incomplete type '", "offsetof of incomplete type '",
    ];

    /// <summary>Reads it, and reports what is wrong with it.</summary>
    public void Read(ICFrontEnd frontEnd)
    {
        string text = _text.Text;
        var stubs = new KernelStubs(types);
        var input = new CInput(text + MacroValues(), "")
        {
            IncludePaths = options.IncludePaths,
            QuotePaths = Directories(),
            Includes = options.Includes,
            Defines = types.HasKernelTypes ? options.Defines.Add("BPFTRACE_HAVE_BTF") : options.Defines,
        };
        ICUnit unit;
        for (int round = 1; ; round++)
        {
            unit = frontEnd.Parse(input with { KernelStubs = stubs.Text }, types);
            if (round == MaxRounds || !AddMissing(unit, stubs, text.Length))
                break;
            unit.Dispose();
        }
        symbols.Unit = unit;
        types.Unit = unit;
        Report(unit, text.Length);
    }

    /// <summary>
    /// Asks for the value of every name of the script that is a macro of some header: C's arithmetic, casts and <c>sizeof</c> are then C's. What
    /// is wrong with such a line matters to nobody.
    /// </summary>
    private string MacroValues()
    {
        var text = new StringBuilder("\n");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (MemberSyntax member in program.Members)
        {
            foreach (SyntaxNode node in member.DescendantsAndSelf())
            {
                if (node is IdentifierExpressionSyntax { Name: var name } && seen.Add(name))
                    text.Append("#ifdef ").Append(name).Append("\nenum { ").Append(ValuePrefix).Append(name).Append(" = (").Append(name).Append(") };\n#endif\n");
            }
        }
        return text.ToString();
    }

    private static bool AddMissing(ICUnit unit, KernelStubs stubs, int length)
    {
        bool any = false;
        foreach (CDiagnostic diagnostic in unit.Diagnostics)
        {
            if (diagnostic.Severity == CSeverity.Error && diagnostic.Offset < length && MissingName(diagnostic.Message) is { } name)
                any |= stubs.Add(name);
        }
        return any;
    }

    private static string? MissingName(string message)
    {
        foreach (string start in s_unknownName)
        {
            if (message.StartsWith(start, StringComparison.Ordinal))
                return Quoted(message, start.Length);
        }
        foreach (string start in s_incompleteType)
        {
            // 'struct S', or 'S' (aka 'struct S') where a typedef is named.
            if (!message.StartsWith(start, StringComparison.Ordinal))
                continue;
            int alias = message.IndexOf("(aka '", StringComparison.Ordinal);
            string type = alias < 0 ? Quoted(message, start.Length) : Quoted(message, alias + "(aka '".Length);
            int bracket = type.IndexOf('[', StringComparison.Ordinal);
            return (bracket < 0 ? type : type[..bracket]).Replace("const ", "", StringComparison.Ordinal).Replace("volatile ", "", StringComparison.Ordinal).Trim();
        }
        return null;
    }

    private static string Quoted(string message, int start)
    {
        int end = message.IndexOf('\'', start);
        return end < 0 ? message[start..] : message[start..end];
    }

    private void Report(ICUnit unit, int length)
    {
        var headers = new HashSet<string>(StringComparer.Ordinal);
        foreach (CDiagnostic diagnostic in unit.Diagnostics)
        {
            if (diagnostic.Offset >= length)
                continue;
            TextLocation location = Locate(_text.ToScript(diagnostic.Offset));
            if (IsMissingFile(diagnostic.Message, out string header))
            {
                if (headers.Add(header))
                    ReportMissingHeader(location, header, diagnostic.File);
            }
            else if (diagnostic.File.Length > 0)
            {
                // A header of other times than the compiler's, or of which a part is missing: what it does define is known.
                if (diagnostic.Severity == CSeverity.Error && headers.Add(diagnostic.File))
                    diagnostics.ReportHeaderIncomplete(location, diagnostic.File, diagnostic.Line, diagnostic.Message);
            }
            else if (diagnostic.Severity == CSeverity.Error)
            {
                diagnostics.ReportCDefinition(location, diagnostic.Message, diagnostic.Note);
            }
            else
            {
                diagnostics.ReportCWarning(location, diagnostic.Message);
            }
        }
    }

    /// <summary>Beside the script and what it imports, then where the command is.</summary>
    private ImmutableArray<string> Directories()
    {
        var directories = new List<string>();
        foreach (CDefinitionSyntax definition in program.CDefinitions)
        {
            SourceText file = source.GetPart(definition.Span.Start, out _);
            if (file.IsFile && Path.GetDirectoryName(file.Name) is { Length: > 0 } directory && !directories.Contains(directory))
                directories.Add(directory);
        }
        directories.Add(".");
        return [.. directories];
    }

    private void ReportMissingHeader(TextLocation location, string header, string includedFrom)
    {
        bool isOwn = source.ToString(location.Span).Contains('"', StringComparison.Ordinal);
        symbols.MissingHeaders.Add(isOwn ? $"\"{header}\"" : $"<{header}>");
        if (types.HasKernelTypes && !options.Includes.Contains(header))
            diagnostics.ReportHeaderMissing(location, header, includedFrom);
        else
            diagnostics.ReportCDefinition(location, $"'{header}' file not found", null);
    }

    private static bool IsMissingFile(string message, out string header)
    {
        header = "";
        if (!message.StartsWith('\'') || !message.EndsWith("' file not found", StringComparison.Ordinal))
            return false;
        header = Quoted(message, 1);
        return true;
    }

    /// <summary>A place in the script: the word there, or of an <c>#include</c> the line.</summary>
    private TextLocation Locate(int offset)
    {
        if (offset < 0)
            return new TextLocation(source, program.CDefinitions.IsEmpty ? new TextSpan(0, 0) : program.CDefinitions[0].Span);
        foreach (CDefinitionSyntax definition in program.CDefinitions)
        {
            if (definition.Kind == CDefinitionKind.Preprocessor && definition.Span.Start <= offset && offset < definition.Span.End)
                return new TextLocation(source, definition.Span);
        }
        return new TextLocation(source, SyntaxFacts.WordAt(source.Text, offset));
    }
}
