using System.IO.MemoryMappedFiles;
using BpfTrace.Fuzz.Checks;

namespace BpfTrace.Fuzz.Running;

/// <summary>
/// Where a run is and what came of its programs, in a file both processes have mapped: it outlives a child that crashes.
/// </summary>
internal sealed class Counters : IDisposable
{
    private const int Size = 4096;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public Counters(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Size);
        _view = _file.CreateViewAccessor(0, Size);
    }

    /// <summary>The number of the program being checked.</summary>
    public long Current
    {
        get => _view.ReadInt64(0);
        set => _view.Write(0, value);
    }

    /// <summary>Ticks (100 ns) since boot at which its check began; 0 while something else goes on, such as shrinking.</summary>
    public long Since
    {
        get => _view.ReadInt64(8);
        set => _view.Write(8, value);
    }

    public long this[Outcome outcome]
    {
        get => _view.ReadInt64(64 + (8 * (int)outcome));
        set => _view.Write(64 + (8 * (int)outcome), value);
    }

    public long Total => Enum.GetValues<Outcome>().Sum(outcome => this[outcome]);

    public override string ToString() => $"{Total} programs: " + string.Join(", ", Enum.GetValues<Outcome>().Select(outcome => $"{this[outcome]} {outcome}"));

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
