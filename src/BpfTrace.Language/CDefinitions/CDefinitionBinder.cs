using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.CDefinitions;

/// <summary>
/// The script's C part: macros, and definitions of structures, unions and enums. A part that stands for itself is read here, at once; what includes
/// a header, or is more C than that, goes to the C front end.
/// </summary>
internal static class CDefinitionBinder
{
    /// <summary>Enters types and constants; macros come back.</summary>
    public static CSymbols Bind(ProgramSyntax program, SourceText source, TypeCatalog types, BindOptions options, DiagnosticBag diagnostics)
    {
        if (program.CDefinitions.IsEmpty && options.Includes.IsEmpty)
            return WithDefines(new CSymbols(), options);

        var quick = new CQuickReader(source, types, WithDefines(new CSymbols(), options));
        quick.Read(program);
        bool isEnough = quick.IsComplete && options.Includes.IsEmpty;
        if (!isEnough && options.CFrontEnd is { WhyMissing: null } frontEnd)
        {
            types.ForgetScript();
            var symbols = new CSymbols { IncludesHeaders = true };
            new CFrontEndReader(program, source, types, options, symbols, diagnostics).Read(frontEnd);
            if (quick.Includes.Count == 0 && options.Includes.IsEmpty)
                CheckRedefinitions(program, source, types, diagnostics);
            return symbols;
        }

        diagnostics.AddRange(quick.Diagnostics);
        if (!isEnough)
            ReportUnread(program, source, options, quick, diagnostics);
        else
            CheckRedefinitions(program, source, types, diagnostics);
        return quick.Symbols;
    }

    private static CSymbols WithDefines(CSymbols symbols, BindOptions options)
    {
        foreach (string define in options.Defines)
        {
            int equals = define.IndexOf('=', StringComparison.Ordinal);
            symbols.Define(equals < 0 ? new CMacro(define, default, "1") : new CMacro(define[..equals], default, define[(equals + 1)..]));
        }
        return symbols;
    }

    /// <summary>Headers that nobody reads: said once.</summary>
    private static void ReportUnread(ProgramSyntax program, SourceText source, BindOptions options, CQuickReader quick, DiagnosticBag diagnostics)
    {
        string? why = quick.Symbols.WhyNoFrontEnd = options.CFrontEnd?.WhyMissing;
        quick.Symbols.IncludesHeaders |= !options.Includes.IsEmpty;
        foreach (CDefinitionSyntax include in quick.Includes)
        {
            diagnostics.ReportHeaderSkipped(new TextLocation(source, include.Span), CQuickReader.Directive(include.Text).Text, why);
            if (why is not null)
                return;
        }
        foreach (string include in options.Includes)
            diagnostics.ReportHeaderSkipped(new TextLocation(source, new TextSpan(program.Span.Start, 0)), $"\"{include}\"", why);
    }

    /// <summary>
    /// A structure of the script that is also the kernel's is the script's word against the kernel's: then it has to be complete. What it takes from
    /// the running kernel would be of another version than itself (bpftrace, too, uses no kernel types beside such a definition). A script
    /// that includes headers expects the part from there: where it is in none that is installed, the kernel's stands in for it.
    /// </summary>
    private static void CheckRedefinitions(ProgramSyntax program, SourceText source, TypeCatalog types, DiagnosticBag diagnostics)
    {
        foreach (CDefinitionSyntax definition in program.CDefinitions)
        {
            if (definition.Kind != CDefinitionKind.Type || TagOf(definition) is not { } tag)
                continue;
            bool isUnion = definition.Text.StartsWith("union", StringComparison.Ordinal);
            if (types.FindKernelStruct(tag, isUnion) is null || types.FindStruct(tag, isUnion) is not { } own || IsKernels(own))
                continue;
            foreach (StructField field in own.Fields)
            {
                BpfType type = field.Type;
                while (type is ArrayType array)
                    type = array.Element;
                if (type is StructType { Name.Length: > 0 } part && IsKernels(part))
                    diagnostics.ReportMixedDefinition(Locate(source, definition, field.Name), own.DisplayName, part.DisplayName);
            }
        }
    }

    private static bool IsKernels(StructType type) => !CTypeParser.IsOwn(type);

    private static string? TagOf(CDefinitionSyntax definition)
    {
        string[] words = definition.Text.Split([' ', '\t', '\n', '\r', '{'], 3, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 2 && words[0] is "struct" or "union" ? words[1] : null;
    }

    private static TextLocation Locate(SourceText source, CDefinitionSyntax definition, string field)
    {
        int at = field.Length == 0 ? -1 : source.Text.IndexOf(field, definition.Span.Start, definition.Span.Length, StringComparison.Ordinal);
        return new TextLocation(source, at < 0 ? definition.Span : new TextSpan(at, field.Length));
    }
}
