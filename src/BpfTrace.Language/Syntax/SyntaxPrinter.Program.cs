using System.Text;

namespace BpfTrace.Language.Syntax;

public sealed partial class SyntaxPrinter
{
    /// <summary>The parts in the order of their kinds; the tree of a script with imports has them from several files.</summary>
    private void WriteTree(ProgramSyntax program, StringBuilder output)
    {
        output.Append(program.Header);
        foreach (CDefinitionSyntax definition in program.CDefinitions)
            output.Append(definition.Text).Append('\n');
        if (program.Config is { } config)
            Config(config).WriteTo(output);
        foreach (ImportSyntax import in program.Imports)
            output.Append(ImportText(import.Path, import.Span.Start)).Append('\n');
        foreach (MemberSyntax member in program.Members)
            Member(member).WriteTo(output);
    }

    /// <summary>The parts in the order of the source, with what is between them.</summary>
    private void WriteFormatted(ProgramSyntax program, StringBuilder output)
    {
        var content = new TextBlock();
        if (program.Header is { } header)
            content.Text(header.TrimEnd());
        if (!program.CDefinitions.IsEmpty)
            Definitions(content, program);

        // Configuration and imports may be in any order.
        int importIndex = 0;
        bool hasConfig = program.Config is not null;
        while (hasConfig || importIndex < program.Imports.Length)
        {
            if (hasConfig && (importIndex == program.Imports.Length || program.Config!.Span.Start < program.Imports[importIndex].Span.Start))
            {
                Part(content, program.Config!, () => Config(program.Config!));
                hasConfig = false;
                continue;
            }
            ImportSyntax import = program.Imports[importIndex++];
            Part(content, import, () => new TextBlock().Text(ImportText(import.Path, import.Span.Start)));
        }
        foreach (MemberSyntax member in program.Members)
            Part(content, member, () => Member(member));
        Last(content, int.MaxValue);
        content.WriteTo(output);
    }

    /// <summary>The comments before a part, and the part.</summary>
    private void Part(TextBlock content, SyntaxNode part, Func<TextBlock> format)
    {
        int start = part.Span.Start;
        TrailUpTo(content, start);
        OwnLines(content, start);
        bool isSeparated = IsSeparated(start);
        AddLine(content, JoinLine(Lead(start), format()), isSeparated);
    }

    /// <summary>C is not ours to format: from its first character to its last, what is between included, it stays, but for line ends.</summary>
    private void Definitions(TextBlock content, ProgramSyntax program)
    {
        int start = program.CDefinitions[0].Span.Start, end = program.CDefinitions[^1].Span.End;
        TrailUpTo(content, start);
        OwnLines(content, start);
        bool isSeparated = HasEmptyLineBefore(start);
        TextBlock? lead = Lead(start);
        _comments!.DropBefore(end);
        var lines = new TextBlock();
        foreach (string line in program.Source.Text[start..end].TrimEnd().Split('\n'))
        {
            if (!lines.IsEmpty)
                lines.NewLine();
            lines.Text(line.TrimEnd('\r'));
        }
        AddLine(content, Join(lead, lines), isSeparated);
    }

    private TextBlock Config(ConfigSyntax config)
    {
        TextBlock block = new TextBlock().Text("config = {");
        var entries = new TextBlock();
        var comments = new List<PlacedComment>();
        if (_source is not null)
            TakeCommentsAtBrace(SkipLayout(SkipLayout(config.Span.Start + "config".Length) + 1), comments);
        if (FitsAtBrace(comments))
            block.Comment(comments[0].Lines, " ");
        for (int i = FitsAtBrace(comments) ? 1 : 0; i < comments.Count; i++)
            AddLine(entries, new TextBlock().Comment(comments[i].Lines, ""), isSeparated: false);
        foreach (ConfigEntrySyntax entry in config.Entries)
        {
            int start = entry.Span.Start;
            TrailUpTo(entries, start);
            OwnLines(entries, start);
            bool isSeparated = IsSeparated(start);
            AddLine(entries, Join(Lead(start), new TextBlock().Text(entry.Key + " = ").Append(Bare(entry.Value, MaxWidth)).Text(";")), isSeparated);
        }
        Last(entries, config.Span.End);
        if (entries.IsEmpty && !block.IsClosed)
            return block.Text("}");
        if (!entries.IsEmpty)
            block.NewLine().Text(s_indent).Append(entries);
        return block.NewLine().Text("}");
    }

    private TextBlock Member(MemberSyntax member)
    {
        int width = _source is null ? Unlimited : MaxWidth;
        switch (member)
        {
            case ProbeSyntax probe:
                return Probe(probe, width);
            case MacroSyntax macro:
                TextBlock head = new TextBlock().Text($"macro {macro.Name}(").Append(List(macro.Parameters, width - macro.Name.Length - 7)).Text(")");
                return OnNextLine(head, macro.Body, givesValue: true, width);
            case SubprogramSyntax subprogram:
                return Subprogram(subprogram, width);
            case MapDeclarationSyntax map:
                return new TextBlock().Text($"let {map.Name} = {map.MapType}({map.MaxEntries});");
            default:
                return new TextBlock();
        }
    }

    private TextBlock Probe(ProbeSyntax probe, int width)
    {
        var head = new TextBlock();
        for (int i = 0; i < probe.AttachPoints.Length; i++)
        {
            AttachPointSyntax point = probe.AttachPoints[i];
            if (i > 0)
            {
                head.Text(",");
                TailUpTo(head, point.Span.Start);
                head.NewLine();
            }
            head.Append(Join(Lead(point.Span.Start), new TextBlock().Text(point.Text)));
        }
        if (probe.Predicate is { } predicate)
        {
            TailUpTo(head, predicate.Span.Start);
            Predicate(head.NewLine(), predicate, width);
        }
        return OnNextLine(head, probe.Body, givesValue: false, width);
    }

    /// <summary>Slashes around a condition, apart from what would make them a comment.</summary>
    private void Predicate(TextBlock head, PredicateSyntax predicate, int width)
    {
        TextBlock condition = Bare(predicate.Condition, width - 2);
        TailBefore(condition, predicate.Span.End);
        head.Text(condition.First is '*' or '/' ? "/ " : "/").Append(condition).Text("/");
    }

    private TextBlock Subprogram(SubprogramSyntax subprogram, int width)
    {
        TextBlock parameters = List(subprogram.Parameters, ",", width - subprogram.Name.Length - 5, (parameter, rest) =>
            Bare(parameter.Variable, rest).Text(" : ").Append(Type(parameter.Type, rest)));
        TextBlock head = new TextBlock().Text($"fn {subprogram.Name}(").Append(parameters).Text(") : ").Append(Type(subprogram.ReturnType, width));
        return OnNextLine(head, subprogram.Body, givesValue: false, width);
    }

    /// <summary>The braces of a part of the program have their own lines; comments before them stay there.</summary>
    private TextBlock OnNextLine(TextBlock head, BlockExpressionSyntax body, bool givesValue, int width)
    {
        if (_comments is not null)
            TailUpTo(head, SkipLayout(body.Span.Start));
        head.NewLine();
        return head.Append(Braces(new TextBlock(), body, givesValue, width));
    }
}
