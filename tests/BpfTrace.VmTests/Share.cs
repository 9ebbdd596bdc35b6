using System.Globalization;

namespace BpfTrace.VmTests;

/// <summary>Deals out the tests that need not be run on every kernel, in turn: the same order everywhere, so each is run once.</summary>
internal sealed class Share
{
    private readonly int _number;
    private readonly int _count;
    private int _seen;
    private int _taken;

    /// <param name="text">As <c>1/2</c>, the first of two, or <c>0/2</c>: none of them.</param>
    public Share(string text)
    {
        string[] parts = text.Split('/');
        _number = int.Parse(parts[0], CultureInfo.InvariantCulture);
        _count = int.Parse(parts[1], CultureInfo.InvariantCulture);
        if (_number < 0 || _number > _count || _count == 0)
            throw new ArgumentException($"no share: {text}", nameof(text));
    }

    /// <summary>Whether the next of those tests is run here.</summary>
    public bool TakeNext()
    {
        bool isTaken = _seen++ % _count == _number - 1;
        if (isTaken)
            _taken++;
        return isTaken;
    }

    /// <summary>What was not run here, or nothing.</summary>
    public override string ToString() =>
        _taken == _seen ? ""
        : _number == 0 ? $"{_seen} tests that no kernel's version can change are run on this machine's own kernel only"
        : $"{_taken} of {_seen} tests that no kernel's version can change are run here, the others in the other guests";
}
