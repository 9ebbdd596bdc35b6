using System.Collections.Immutable;

namespace BpfTrace.Commands;

/// <summary>Cuts a stream of bytes into lines: a printf need not end one, and may hold several.</summary>
internal sealed class LineAssembler
{
    private readonly List<byte> _rest = [];

    /// <summary>Adds bytes and returns the lines they complete, without their ends.</summary>
    public ImmutableArray<string> Add(ReadOnlySpan<byte> text)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        for (int end; (end = text.IndexOf((byte)'\n')) >= 0; text = text[(end + 1)..])
        {
            _rest.AddRange(text[..end]);
            lines.Add(TakeRest());
        }

        _rest.AddRange(text);
        return lines.ToImmutable();
    }

    /// <summary>What is left when the stream has ended.</summary>
    public ImmutableArray<string> Flush() => _rest.Count == 0 ? [] : [TakeRest()];

    private string TakeRest()
    {
        string line = System.Text.Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_rest));
        _rest.Clear();
        return line;
    }
}
