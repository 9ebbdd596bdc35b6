using System.Collections.Immutable;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Completion;

/// <summary>What a candidate is.</summary>
public enum CompletionKind
{
    /// <summary>A kind of probe: <c>kprobe:</c>.</summary>
    ProbeType,

    /// <summary>A part on the way to a probe: a category, a module, a binary.</summary>
    Target,

    /// <summary>A whole attach point.</summary>
    Probe,

    /// <summary>A member of <c>args</c>, of a structure or a record.</summary>
    Field,

    /// <summary>A value of the language: <c>pid</c>.</summary>
    Builtin,

    /// <summary>A function of the language or a macro of the script.</summary>
    Function,

    /// <summary>A map of the script.</summary>
    Map,

    /// <summary>A variable of the probe.</summary>
    Variable,

    /// <summary>A word of the grammar.</summary>
    Keyword,

    /// <summary>A key of the config block.</summary>
    ConfigKey,
}

/// <summary>Something that can stand at the caret.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">What replaces the word at the caret.</param>
/// <param name="Label">How a menu shows it: the last part of a long name.</param>
/// <param name="ToolTip">Its type or signature, and what it is for.</param>
public sealed record CompletionItem(CompletionKind Kind, string Text, string Label, string ToolTip);

/// <summary>The candidates at a caret.</summary>
/// <param name="Replaced">What of the script a candidate's text replaces: the word before the caret.</param>
/// <param name="Items">The candidates in the order to show them; empty where nothing is known.</param>
public sealed record CompletionList(TextSpan Replaced, ImmutableArray<CompletionItem> Items);
