using System.Collections.Immutable;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;
using Sprache;

namespace BpfTrace.Language.Parsing;

internal static partial class Grammar
{
    /// <summary>
    /// A whole script: <c>#!</c> line, C definitions, config and imports, then probes, macros, subprograms and map
    /// declarations. Returns what was parsed also where it stopped at an error.
    /// </summary>
    internal static ProgramSyntax Program(ScriptInput start)
    {
        var program = new ProgramBuilder();
        ScriptInput? next = Header(SkipLayout(start), program);
        next = Definitions(next, program);
        next = next is null ? null : Preamble(next, program);
        if (next is not null)
            Members(next, program);
        return program.Build(start.State);
    }

    // #!/usr/bin/env bpftrace
    private static ScriptInput Header(ScriptInput here, ProgramBuilder program)
    {
        if (here.Peek() != '#' || here.Peek(1) != '!')
            return here;
        int end = here.Text.IndexOf('\n', here.Position);
        end = end < 0 ? here.Text.Length : end + 1;
        program.Header = here.Text[here.Position..end];
        return SkipLayout(here.At(end));
    }

    // #include <linux/fs.h>   struct S { int x; };
    private static ScriptInput? Definitions(ScriptInput here, ProgramBuilder program)
    {
        while (IsCDefinition(here))
        {
            IResult<CDefinitionSyntax> definition = CDefinition(here);
            if (!definition.WasSuccessful)
                return null;
            program.Definitions.Add(definition.Value);
            here = SkipLayout(definition.Remainder);
        }
        return here;
    }

    // config = { … }   import "x.bt";      in any order
    private static ScriptInput? Preamble(ScriptInput here, ProgramBuilder program)
    {
        while (true)
        {
            IInput end;
            if (IsWord(here, "config"))
            {
                if (program.Config is not null)
                {
                    Combinators.Fail<ConfigSyntax>(here, WordSpan(here), "duplicate config block");
                    return null;
                }
                IResult<ConfigSyntax> config = s_config(here);
                if (!config.WasSuccessful)
                    return null;
                program.Config = config.Value;
                end = config.Remainder;
            }
            else if (IsWord(here, "import"))
            {
                IResult<ImportSyntax> import = s_import(here);
                if (!import.WasSuccessful)
                    return null;
                program.Imports.Add(import.Value);
                end = import.Remainder;
            }
            else
            {
                return here;
            }
            here = SkipLayout(end);
        }
    }

    private static void Members(ScriptInput here, ProgramBuilder program)
    {
        while (!here.AtEnd)
        {
            int links = here.State.Links;
            IResult<MemberSyntax> member = Member(here);
            here.State.EndLinks(links);
            if (!member.WasSuccessful)
                return;
            program.Members.Add(member.Value);
            here = SkipLayout(member.Remainder);
            // C's habit of a semicolon after a closing brace: scripts of bpftrace's own test suite have it.
            while (here.Peek() == ';')
                here = SkipLayout(here.At(here.Position + 1));
        }
    }

    private static IResult<MemberSyntax> Member(ScriptInput here)
    {
        if (IsCDefinition(here))
        {
            IResult<CDefinitionSyntax> misplaced = CDefinition(here);
            return misplaced.WasSuccessful
                ? Combinators.Fail<MemberSyntax>(here, here.To(misplaced.Remainder), "C definitions must appear before probes and functions")
                : Combinators.Fail<MemberSyntax>(misplaced);
        }
        switch (PeekWord(here))
        {
            case "config":
                return Combinators.Fail<MemberSyntax>(here, WordSpan(here), "config must appear before probes and functions");
            case "import":
                return Combinators.Fail<MemberSyntax>(here, WordSpan(here), "root imports must appear before probes and functions");
            case "macro":
                return s_macro(here);
            case "fn":
                return s_subprogram(here);
            case "let" when SkipLayout(here.At(WordSpan(here).End)).Peek() != '@':
                return Combinators.Fail<MemberSyntax>(
                    here, "root-level let statements need to be map declarations, e.g. let @a = hash(2);");
            case "let":
                return s_mapDeclaration(here);
            default:
                return Probe(here);
        }
    }

    /// <summary>Collects the parts of a program.</summary>
    private sealed class ProgramBuilder
    {
        internal string? Header { get; set; }

        internal ImmutableArray<CDefinitionSyntax>.Builder Definitions { get; } = ImmutableArray.CreateBuilder<CDefinitionSyntax>();

        internal ConfigSyntax? Config { get; set; }

        internal ImmutableArray<ImportSyntax>.Builder Imports { get; } = ImmutableArray.CreateBuilder<ImportSyntax>();

        internal ImmutableArray<MemberSyntax>.Builder Members { get; } = ImmutableArray.CreateBuilder<MemberSyntax>();

        internal ProgramSyntax Build(ParseState state)
        {
            SourceText source = state.Source;
            TextSpan span = TextSpan.FromBounds(source.LastPartStart, source.Length);
            return new ProgramSyntax(span, source, Header, Definitions.ToImmutable(), Config, Imports.ToImmutable(), Members.ToImmutable())
            {
                Comments = state.Comments is { } comments ? [.. comments] : [],
            };
        }
    }
}
