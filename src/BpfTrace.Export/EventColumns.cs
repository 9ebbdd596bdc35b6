using System.Reflection;
using BpfTrace.Recording;

namespace BpfTrace.Export;

/// <summary>Reads the properties of events of one type by their names, without asking PowerShell or reflection for each of a million events.</summary>
public sealed class EventColumns
{
    // Of the own values by their index, of the base's by these.
    private const int Text = -1;
    private const int Timestamp = -2;
    private const int ProbeName = -3;
    private const int CpuId = -4;
    private const int BootTime = -5;

    private readonly int[] _columns;

    private EventColumns(int[] columns) => _columns = columns;

    /// <summary>A reader of these properties.</summary>
    /// <param name="eventType">The events' type.</param>
    /// <param name="names">The properties' names, in the order wanted.</param>
    /// <returns>Null when a name is no property of the type, or the type is none made for a script.</returns>
    public static EventColumns? For(Type eventType, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(eventType);
        ArgumentNullException.ThrowIfNull(names);
        if (!eventType.IsSubclassOf(typeof(TypedEvent)))
            return null;
        PropertyInfo[] own = ReplayTypes.ValueProperties(eventType);
        var columns = new int[names.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            int index = Array.FindIndex(own, p => p.Name == names[i]);
            if (index < 0)
            {
                if (BaseColumn(names[i]) is not { } column)
                    return null;
                index = column;
            }

            columns[i] = index;
        }

        return new EventColumns(columns);
    }

    /// <summary>Reads an event's values.</summary>
    /// <param name="item">An event of the type.</param>
    /// <param name="values">Where they go: as many as there are names.</param>
    public void Read(TypedEvent item, object?[] values)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(values);
        object?[] own = item.Values;
        for (int i = 0; i < _columns.Length; i++)
        {
            values[i] = _columns[i] switch
            {
                Text => item.ToString(),
                Timestamp => item.Timestamp,
                ProbeName => item.ProbeName,
                CpuId => item.CpuId,
                BootTime => item.BootTimeNanoseconds,
                var index => own[index],
            };
        }
    }

    private static int? BaseColumn(string name) => name switch
    {
        nameof(TraceEvent.Text) => Text,
        nameof(TraceEvent.Timestamp) => Timestamp,
        nameof(TraceEvent.ProbeName) => ProbeName,
        nameof(TraceEvent.CpuId) => CpuId,
        nameof(TraceEvent.BootTimeNanoseconds) => BootTime,
        _ => null,
    };
}
