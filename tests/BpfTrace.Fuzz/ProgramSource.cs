using BpfTrace.Fuzz.Generation;
using BpfTrace.Fuzz.Mutation;

namespace BpfTrace.Fuzz;

/// <summary>The programs of a run: number N of a seed is always the same text.</summary>
/// <param name="seed">The run's seed.</param>
/// <param name="pool">The probes generated programs have.</param>
/// <param name="corpus">Scripts that mutation starts from beside generated ones.</param>
/// <param name="mutated">How many of a hundred are mutated.</param>
internal sealed class ProgramSource(long seed, ProbePool pool, IReadOnlyList<string> corpus, int mutated)
{
    public string Create(long index)
    {
        Dice dice = Dice.Of(seed, index);
        return dice.Percent(mutated) ? new ProgramMutator(dice, Start).Mutate(Start()) : ProgramGenerator.Create(dice, pool);

        string Start() => corpus.Count > 0 && dice.Percent(40) ? corpus[dice.Below(corpus.Count)] : ProgramGenerator.Create(dice, pool);
    }
}
