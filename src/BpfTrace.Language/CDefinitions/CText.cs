using System.Text;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.CDefinitions;

/// <summary>
/// The script as C text: what is not C is blank, so that a line in the one is a line in the other, and an offset but for the semicolons that C
/// wants after a definition.
/// </summary>
internal sealed class CText
{
    private readonly List<int> _inserted = [];

    public CText(ProgramSyntax program, SourceText source)
    {
        string script = source.Text;
        char[] text = new char[script.Length];
        for (int i = 0; i < text.Length; i++)
            text[i] = script[i] is '\n' or '\r' ? script[i] : ' ';
        foreach (CDefinitionSyntax definition in program.CDefinitions)
        {
            for (int i = definition.Span.Start; i < definition.Span.End; i++)
            {
                // A front end counts bytes; only comments and texts have other characters than ASCII's.
                text[i] = script[i] < 0x80 ? script[i] : '?';
            }
        }

        var result = new StringBuilder(text.Length + 64);
        int done = 0;
        foreach (CDefinitionSyntax definition in program.CDefinitions)
        {
            // The definition's own text ends in a semicolon whether the script's does or not.
            int end = definition.Span.Start + definition.Text.Length - 1;
            if (definition.Kind != CDefinitionKind.Type || end < done || end > text.Length || (end < text.Length && text[end] == ';'))
                continue;
            result.Append(text, done, end - done).Append(';');
            _inserted.Add(end);
            done = end;
        }
        Text = result.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>The C text.</summary>
    public string Text { get; }

    /// <summary>An offset of the C text in the script.</summary>
    public int ToScript(int offset)
    {
        int script = offset;
        foreach (int place in _inserted)
        {
            if (place < script)
                script--;
        }
        return script;
    }
}
