using System.Text.RegularExpressions;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Text;
using BpfTrace.Tests.Language.Syntax;

namespace BpfTrace.Tests.Language.Formatting;

/// <summary>Every text in the repository that is a program: scripts, and what tests, help and documents quote.</summary>
internal static partial class RepositoryScripts
{
    private static readonly Lazy<IReadOnlyList<string>> s_all = new(Find);

    public static IReadOnlyList<string> All => s_all.Value;

    private static List<string> Find()
    {
        var texts = new HashSet<string>(ScriptCorpus.Scripts, StringComparer.Ordinal);
        foreach (string file in Files("*.bt"))
            texts.Add(File.ReadAllText(file));
        foreach (string file in Files("*.cs"))
            AddAll(texts, Literals().Matches(File.ReadAllText(file)));
        foreach (string file in Files("*.md").Concat(Files("*.xml")).Concat(Files("*.txt")))
            AddAll(texts, Quoted().Matches(System.Net.WebUtility.HtmlDecode(File.ReadAllText(file))));
        return [.. texts.Where(static text => Parser.Parse(new SourceText(text)) is { Success: true, Root.Members.IsEmpty: false })];
    }

    private static IEnumerable<string> Files(string pattern)
    {
        foreach (string part in new[] { "examples", "module", "tests", "src" })
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(Checkout.Root, part), pattern, SearchOption.AllDirectories))
            {
                if (!file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
                    yield return file;
            }
        }
    }

    private static void AddAll(HashSet<string> texts, MatchCollection matches)
    {
        foreach (Match match in matches)
        {
            string text = match.Groups["raw"].Success
                ? string.Join('\n', match.Groups["raw"].Value.Split('\n').Select(static line => line.TrimStart()))
                : match.Groups["plain"].Success ? match.Groups["plain"].Value.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal)
                : match.Groups["shell"].Value;
            if (text.Contains('{', StringComparison.Ordinal))
                texts.Add(text);
        }
    }

    [GeneratedRegex("'(?:[^'\\\\\\n]|\\\\.)'|\"\"\"\\n(?<raw>.*?)\\n\\s*\"\"\"|(?<!\\$)\"(?<plain>(?:[^\"\\\\\\n]|\\\\.)+)\"", RegexOptions.Singleline)]
    private static partial Regex Literals();

    [GeneratedRegex("'(?<shell>[^']+)'")]
    private static partial Regex Quoted();
}
