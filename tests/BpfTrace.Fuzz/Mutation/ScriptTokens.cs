namespace BpfTrace.Fuzz.Mutation;

/// <summary>Cuts a text into pieces that together are the text again: words, numbers, strings, runs of blanks, single signs. Knows no grammar.</summary>
internal static class ScriptTokens
{
    public static List<string> Split(string text)
    {
        var tokens = new List<string>();
        int at = 0;
        while (at < text.Length)
        {
            int end = End(text, at);
            tokens.Add(text[at..end]);
            at = end;
        }

        return tokens;
    }

    private static int End(string text, int at)
    {
        char first = text[at];
        int end = at + 1;
        if (first == '"')
        {
            while (end < text.Length && text[end] is not ('"' or '\n'))
                end += text[end] == '\\' ? 2 : 1;
            return Math.Min(end + 1, text.Length);
        }

        if (IsWord(first) || first is '$' or '@')
        {
            while (end < text.Length && IsWord(text[end]))
                end++;
        }
        else if (char.IsWhiteSpace(first))
        {
            while (end < text.Length && char.IsWhiteSpace(text[end]))
                end++;
        }

        return end;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
