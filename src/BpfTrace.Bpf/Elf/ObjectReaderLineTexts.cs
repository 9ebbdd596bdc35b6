using System.Text;

namespace BpfTrace.Bpf;

/// <summary>
/// The texts of source lines, which the verifier prints between the instructions (<c>; @x = count(); @ stdin:1</c>). LLVM writes them only for sources it
/// finds as files.
/// </summary>
internal sealed class BpfElfLineTexts(Func<int, string> source, uint firstOffset)
{
    // A script of one long line would fill the log: of those only what begins at the column is shown.
    private const int MaximumLength = 100;

    private readonly ByteWriter _strings = new();
    private uint[] _offsetOfLine = new uint[16];
    private uint _lastPlace;
    private uint _lastOffset;

    /// <summary>The strings added, each ended by NUL.</summary>
    public ReadOnlySpan<byte> Strings => _strings.Written;

    /// <summary>The string offset of a line's text.</summary>
    public uint OffsetOf(BpfLineInfo info)
    {
        int line = info.Line;
        if (line < 1)
            return 0;
        if (line >= _offsetOfLine.Length)
            Array.Resize(ref _offsetOfLine, Math.Max(line + 1, _offsetOfLine.Length * 2));
        if (_offsetOfLine[line] != 0)
            return _offsetOfLine[line];
        if (_lastPlace == info.LineColumn)
            return _lastOffset;

        string text = source(line);
        if (text.Length <= MaximumLength)
            return _offsetOfLine[line] = Add(text);
        int start = Math.Clamp(info.Column - 1, 0, text.Length);
        int length = Math.Min(MaximumLength, text.Length - start);
        _lastPlace = info.LineColumn;
        return _lastOffset = Add(text.Substring(start, length));
    }

    private uint Add(string text)
    {
        uint offset = firstOffset + (uint)_strings.Length;
        _strings.Append(Encoding.UTF8.GetBytes(text.Replace('\0', ' ')));
        _strings.Append([0]);
        return offset;
    }
}
