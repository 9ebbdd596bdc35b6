using System.Collections.Immutable;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Completion;

/// <content>What is directly before the caret.</content>
internal sealed partial class ScriptScanner
{
    private static readonly string[] s_typeKeywords = ["struct", "union", "enum"];

    private ScriptContext Describe()
    {
        var context = new ScriptContext
        {
            Preamble = _preamble.ToString(),
            Macros = _macros.ToImmutable(),
            Variables = [.. _variables],
            Maps = FindMaps(),
        };
        if (_depth == 0 && !_inPredicate)
            return DescribeAttachPoint(context);
        if (IsWord(_header, "config") && _depth > 0)
            return WithWord(context with { Place = ScriptPlace.Config }, _caret - WordLength());
        if (!_inPredicate && !IsBody)
            return context with { WordStart = _caret };

        int start = _caret - WordLength();
        context = context with
        {
            Place = ScriptPlace.Body,
            AttachPoints = IsWord(_header, "macro") || IsWord(_header, "fn") ? "" : _header,
            Before = _inPredicate ? "" : _text[_bodyStart.._statementStart],
            OpenBraces = _inPredicate ? 1 : _depth,
        };
        char before = start > 0 ? _text[start - 1] : '\0';
        if (before is '@' or '$')
            return WithWord(context, start - 1);
        int dot = before == '.' && (start < 2 || _text[start - 2] != '.') ? start - 1
            : before == '>' && start > 1 && _text[start - 2] == '-' ? start - 2 : -1;
        if (dot < 0 && KeywordBefore(start) is { } keyword)
            return WithWord(context with { TypeKeyword = keyword }, start);
        if (dot < 0)
            return start < _caret && char.IsAsciiDigit(_text[start]) ? context with { Place = ScriptPlace.Nowhere, WordStart = _caret } : WithWord(context, start);
        string expression = _text[ExpressionStart(dot)..dot].Trim();
        return expression.Length == 0 || char.IsAsciiDigit(expression[0])
            ? context with { Place = ScriptPlace.Nowhere, WordStart = _caret }
            : WithWord(context with { MemberOf = expression }, start);
    }

    private ScriptContext WithWord(ScriptContext context, int start) => context with { WordStart = start, Word = _text[start.._caret] };

    private string? KeywordBefore(int start)
    {
        ReadOnlySpan<char> before = _text.AsSpan(_bodyStart, start - _bodyStart);
        ReadOnlySpan<char> trimmed = before.TrimEnd();
        if (trimmed.Length == before.Length)
            return null;
        foreach (string keyword in s_typeKeywords)
        {
            if (trimmed.EndsWith(keyword) && (trimmed.Length == keyword.Length || !SyntaxFacts.IsIdentifierPart(trimmed[^(keyword.Length + 1)])))
                return keyword;
        }

        return null;
    }

    private int WordLength()
    {
        int start = _caret;
        while (start > 0 && SyntaxFacts.IsIdentifierPart(_text[start - 1]))
            start--;
        return _caret - start;
    }

    private ScriptContext DescribeAttachPoint(ScriptContext context)
    {
        int start = _caret;
        while (start > _itemStart && _text[start - 1] != ',' && !char.IsWhiteSpace(_text[start - 1]))
            start--;

        // After an attach point and a space come the predicate or the block, unless there was a comma.
        ReadOnlySpan<char> before = _text.AsSpan(_itemStart, start - _itemStart).Trim();
        bool expectsProbe = before.IsEmpty || before[^1] == ',';
        return expectsProbe
            ? WithWord(context with { Place = ScriptPlace.AttachPoint, IsItemStart = before.IsEmpty }, start)
            : context with { WordStart = _caret };
    }

    /// <summary>Where the expression that ends at a place begins: names, members, calls, elements, parentheses.</summary>
    private int ExpressionStart(int end)
    {
        int position = end;
        while (position > _bodyStart)
        {
            char c = _text[position - 1];
            if (SyntaxFacts.IsIdentifierPart(c) || c is '@' or '$' or '.')
            {
                position--;
            }
            else if (c == '>' && position - 1 > _bodyStart && _text[position - 2] == '-')
            {
                position -= 2;
            }
            else if (c is ')' or ']')
            {
                int open = MatchingOpen(position - 1);
                if (open < 0)
                    break;
                position = open;

                // "if (x)." and the like are no calls, but they are no expressions either.
            }
            else
            {
                break;
            }
        }

        return position;
    }

    private int MatchingOpen(int close)
    {
        int depth = 0;
        for (int i = close; i >= _bodyStart; i--)
        {
            if (_text[i] is ')' or ']')
                depth++;
            else if (_text[i] is '(' or '[' && --depth == 0)
                return i;
        }

        return -1;
    }

    /// <summary>Every map named anywhere in the script but at the caret.</summary>
    private ImmutableArray<string> FindMaps()
    {
        var maps = new SortedSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < _text.Length; i++)
        {
            if (_text[i] != '@')
                continue;
            string name = ReadName(i + 1, _text.Length);
            bool atCaret = i < _caret && i + 1 + name.Length >= _caret;

            // uprobe:BIN@file:line is no map.
            bool isName = i == 0 || !SyntaxFacts.IsIdentifierPart(_text[i - 1]);
            if (!atCaret && isName && (name.Length == 0 || !char.IsAsciiDigit(name[0])))
                maps.Add("@" + name);
            i += name.Length;
        }

        return [.. maps];
    }
}
