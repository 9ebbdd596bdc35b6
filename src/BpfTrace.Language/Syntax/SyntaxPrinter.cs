using System.Text;

namespace BpfTrace.Language.Syntax;

/// <summary>
/// Prints a tree as a script, in the form of bpftrace's <c>-d ast</c> (<c>src/ast/passes/printer.cpp</c>): one statement
/// a line, two blanks of indentation, every operand that is not primary in parentheses. What it prints parses to the
/// same tree. Comments are not in the tree, long lines are not broken.
/// </summary>
public sealed partial class SyntaxPrinter
{
    private readonly StringBuilder _output = new();
    private int _indent;

    private SyntaxPrinter()
    {
    }

    /// <summary>The script of a program, lines ended by line feeds.</summary>
    public static string Print(ProgramSyntax program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var printer = new SyntaxPrinter();
        printer.Write(program);
        return printer._output.ToString();
    }

    /// <summary>An expression as it stands in a statement: without parentheses around the whole.</summary>
    public static string Print(ExpressionSyntax expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var printer = new SyntaxPrinter();
        printer.WriteBare(expression);
        return printer._output.ToString();
    }

    /// <summary>A type as written: <c>struct task_struct*</c>.</summary>
    public static string Print(TypeSyntax type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var printer = new SyntaxPrinter();
        printer.Write(type);
        return printer._output.ToString();
    }

    private void Write(ProgramSyntax program)
    {
        _output.Append(program.Header);
        foreach (CDefinitionSyntax definition in program.CDefinitions)
            _output.Append(definition.Text).Append('\n');
        if (program.Config is { } config)
            Write(config);
        foreach (ImportSyntax import in program.Imports)
            _output.Append("import \"").Append(import.Path).Append("\";\n");
        foreach (MemberSyntax member in program.Members)
        {
            Write(member);
            _output.Append('\n');
        }
    }

    private void Write(ConfigSyntax config)
    {
        _output.Append("config = {\n");
        foreach (ConfigEntrySyntax entry in config.Entries)
        {
            _output.Append("  ").Append(entry.Key).Append(" = ");
            WriteBare(entry.Value);
            _output.Append(";\n");
        }
        _output.Append("}\n");
    }

    private void Write(MemberSyntax member)
    {
        switch (member)
        {
            case ProbeSyntax probe:
                WriteProbe(probe);
                break;
            case MacroSyntax macro:
                _output.Append("macro ").Append(macro.Name).Append('(');
                WriteList(macro.Parameters);
                _output.Append(")\n");
                WriteBlock(macro.Body);
                break;
            case SubprogramSyntax subprogram:
                WriteSubprogram(subprogram);
                break;
            case MapDeclarationSyntax map:
                _output.Append($"let {map.Name} = {map.MapType}({map.MaxEntries});");
                break;
        }
    }

    private void WriteProbe(ProbeSyntax probe)
    {
        for (int i = 0; i < probe.AttachPoints.Length; i++)
            _output.Append(probe.AttachPoints[i].Text).Append(i + 1 < probe.AttachPoints.Length ? ",\n" : "\n");
        if (probe.Predicate is { } predicate)
        {
            _output.Append('/');
            WriteBare(predicate.Condition);
            _output.Append("/\n");
        }
        WriteBlock(probe.Body);
    }

    private void WriteSubprogram(SubprogramSyntax subprogram)
    {
        _output.Append("fn ").Append(subprogram.Name).Append('(');
        for (int i = 0; i < subprogram.Parameters.Length; i++)
        {
            _output.Append(i > 0 ? ", " : string.Empty).Append(subprogram.Parameters[i].Variable.Name).Append(" : ");
            Write(subprogram.Parameters[i].Type);
        }
        _output.Append(") : ");
        Write(subprogram.ReturnType);
        _output.Append('\n');
        WriteBlock(subprogram.Body);
    }

    private void Write(TypeSyntax type)
    {
        switch (type)
        {
            case NamedTypeSyntax named:
                _output.Append(named.Name);
                break;
            case TaggedTypeSyntax tagged:
                _output.Append(tagged.FullName);
                break;
            case PointerTypeSyntax pointer:
                Write(pointer.Element);
                _output.Append('*');
                break;
            case ArrayTypeSyntax array:
                Write(array.Element);
                _output.Append(array.Length == 0 ? "[]" : $"[{array.Length}]");
                break;
            case ExpressionTypeSyntax expression:
                _output.Append("typeof(");
                WriteAsType(expression);
                _output.Append(')');
                break;
        }
    }

    /// <summary>Inside <c>sizeof( )</c> and the like; <c>x[1]</c> there would be a type, so it gets parentheses.</summary>
    private void WriteAsType(TypeSyntax type)
    {
        if (type is not ExpressionTypeSyntax { Expression: var expression })
        {
            Write(type);
            return;
        }
        // A name at the beginning would be a type's.
        bool looksLikeType = expression is ElementAccessExpressionSyntax || !IsPrimary(expression);
        _output.Append(looksLikeType ? "(" : string.Empty);
        WriteBare(expression);
        _output.Append(looksLikeType ? ")" : string.Empty);
    }
}
