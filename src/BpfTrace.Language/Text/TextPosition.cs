namespace BpfTrace.Language.Text;

/// <summary>A place in a text as people count it.</summary>
/// <param name="Line">1-based line number.</param>
/// <param name="Column">1-based column, counted in UTF-16 code units; a tab is one column.</param>
public readonly record struct TextPosition(int Line, int Column);
