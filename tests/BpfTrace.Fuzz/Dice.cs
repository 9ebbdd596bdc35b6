namespace BpfTrace.Fuzz;

/// <summary>
/// Random choices from a 64-bit seed (SplitMix64): cheap to start, so that each program has its own, and the same on every machine and
/// version of .NET.
/// </summary>
internal sealed class Dice
{
    private ulong _state;

    private Dice(ulong state) => _state = state;

    /// <summary>The dice of a program: its number in the run of a seed.</summary>
    public static Dice Of(long seed, long index)
    {
        var first = new Dice((ulong)seed * 0x9E3779B97F4A7C15);
        return new Dice(first.Next() ^ ((ulong)index * 0xD1342543DE82EF95));
    }

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 to below a bound.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>From a least to below a bound.</summary>
    public int Between(int least, int bound) => least + Below(bound - least);

    /// <summary>True in so many of a hundred cases.</summary>
    public bool Percent(int percent) => Below(100) < percent;

    public T Pick<T>(ReadOnlySpan<T> items) => items[Below(items.Length)];

    public T OneOf<T>(List<T> items) => items[Below(items.Count)];

    /// <summary>An index, each as likely as its weight.</summary>
    public int Weighted(params ReadOnlySpan<int> weights)
    {
        int sum = 0;
        foreach (int weight in weights)
            sum += weight;
        int at = Below(sum);
        for (int i = 0; i < weights.Length; i++)
        {
            at -= weights[i];
            if (at < 0)
                return i;
        }

        return weights.Length - 1;
    }
}
