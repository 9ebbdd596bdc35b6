using BpfTrace.Bpf.Symbols;
using BpfTrace.Bpf.Tracefs;

namespace BpfTrace.Language.Probes;

/// <summary>
/// C++ functions of a symbol table by their readable names, as bpftrace finds them (src/probe_matcher.cpp, <c>get_matches_in_stream</c>): a script names
/// them as <c>cpp:name</c>, whatever their parameters, or as <c>cpp:"name(int)"</c>. <c>*</c> stands for any characters. A symbol as it is in the table does, too.
/// </summary>
internal sealed class CppSymbols
{
    // What a wildcard can put between the parts of a name and a mangled one has a code for: types in template arguments, the standard library, and the words for
    // what has no name.
    private const string Abbreviated =
        "unsigned signed long long int short char8_t char16_t char32_t wchar_t __int128 _Float16 float double bool void auto decltype(nullptr) const volatile true false "
        + "std allocator basic_string basic_istream basic_ostream basic_iostream string istream ostream iostream char_traits operator new delete co_await "
        + "(anonymous namespace) lambda unnamed type non-virtual thunk to covariant return guard variable for reference temporary TLS wrapper init function clone";

    private readonly WildcardPattern _pattern;
    private readonly bool _hasParameters;

    public CppSymbols(string function)
    {
        _pattern = new WildcardPattern(function);
        _hasParameters = function.Contains('(', StringComparison.Ordinal);
        SymbolPattern = PatternOf(function);
    }

    /// <summary>A pattern that every symbol matches that can be the function: not all of a large table have to be demangled.</summary>
    public string SymbolPattern { get; }

    /// <summary>Whether a symbol is such a function.</summary>
    public bool IsMatch(string symbol)
    {
        if (_pattern.IsMatch(symbol))
            return true;
        return CxxDemangler.TryDemangle(symbol) is { } name && _pattern.IsMatch(_hasParameters ? name : CxxDemangler.WithoutParameters(name));
    }

    /// <summary>
    /// A name is spelt out in the mangled one, where it is not of the standard library (some of its names have abbreviations), and not an operator's. What has
    /// template arguments, an ABI tag, or is no name at all (<c>{lambda()#1}</c>) is not looked at, nor between wildcards what could be of that.
    /// </summary>
    private static string PatternOf(string function)
    {
        int open = function.IndexOf('(', StringComparison.Ordinal);
        string name = open < 0 ? function : function[..open];
        string last = name[(name.LastIndexOf(':') + 1)..];
        if (name.StartsWith("std::", StringComparison.Ordinal) || last.StartsWith("operator", StringComparison.Ordinal))
            return "*";
        string longest = "";
        string[] pieces = last.Split('*');
        foreach (string piece in pieces)
        {
            foreach (char letter in piece)
            {
                if (letter != '_' && !char.IsAsciiLetterOrDigit(letter))
                    return "*";
            }

            if (piece.Length > longest.Length && !(pieces.Length > 1 && Abbreviated.Contains(piece, StringComparison.Ordinal)))
                longest = piece;
        }

        return longest.Length == 0 ? "*" : "*" + longest + "*";
    }
}
