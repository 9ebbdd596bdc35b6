using System.Globalization;
using System.Management.Automation;
using BpfTrace.Pictures;

namespace BpfTrace.Commands.Output;

/// <summary>
/// Finds stacks in objects: in the keys of map entries, in the properties of events and of what Select-Object or a remote session made of them, in folded text.
/// </summary>
/// <param name="weight">The property that says how much an object counts; null for a map's value, and 1 for others.</param>
/// <param name="groupBy">Properties that stacks are grouped by.</param>
internal sealed class ProfileInput(string? weight, IReadOnlyList<string> groupBy)
{
    /// <summary>The stacks.</summary>
    public StackProfile Profile { get; } = new();

    /// <summary>How many objects have stacks and nothing that says how much they count.</summary>
    public int UnweighedCount { get; private set; }

    /// <summary>The maps whose stacks are among them.</summary>
    public SortedSet<string> Maps { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds an object's stacks; false when it has none.</summary>
    public bool TryAdd(PSObject item)
    {
        if (item.BaseObject is string line)
        {
            return Profile.TryAddFolded(line);
        }

        var frames = new List<ProfileFrame>();
        foreach (string name in groupBy)
        {
            frames.Add(Group(item.Properties[name]?.Value));
        }

        var stacks = new List<StackTrace>();
        MapEntry? entry = RestoredModel.Entry(item);
        if (entry is not null)
        {
            foreach (object? part in Parts(entry.Key))
            {
                if (Stack(part) is { } stack)
                {
                    stacks.Add(stack);
                }
                else if (groupBy.Count == 0)
                {
                    frames.Add(Group(part));
                }
            }
        }
        else if (Stack(item) is { } itself)
        {
            stacks.Add(itself);
        }
        else
        {
            foreach (PSPropertyInfo property in item.Properties)
            {
                if (Stack(property.Value) is { } stack)
                {
                    stacks.Add(stack);
                }
            }
        }

        if (stacks.Count == 0)
        {
            return false;
        }

        // A process's frames call the kernel's.
        foreach (StackTrace stack in stacks.OrderByDescending(s => s.IsUser))
        {
            frames.AddRange(StackProfile.FramesOf(stack));
        }

        if (Weight(item, entry) is { } count and >= 0)
        {
            Profile.Add(frames, count);
            if (entry is not null)
            {
                Maps.Add(entry.Map);
            }
        }
        else
        {
            UnweighedCount++;
        }

        return true;
    }

    private static IEnumerable<object?> Parts(object? key) => key switch
    {
        null => [],
        BpfTuple parts => parts,
        // The fields of a record, or of what serialisation made of one.
        BpfRecord or PSObject { BaseObject: PSCustomObject } => PSObject.AsPSObject(key).Properties.Select(static object? (p) => p.Value),
        _ => [key],
    };

    private static bool IsStack(PSObject value) => value.TypeNames.Any(n => n.EndsWith("BpfTrace.StackTrace", StringComparison.Ordinal));

    private static StackTrace? Stack(object? value)
    {
        if (RestoredModel.Value(value) is StackTrace stack)
        {
            return stack;
        }

        // What too little depth keeps of a stack is its text: a frame a line, function+offset.
        return value is PSObject remote && IsStack(remote)
            ? new StackTrace(
                remote.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Frame),
                isUser: LanguagePrimitives.IsTrue(remote.Properties["IsUser"]?.Value))
            : null;
    }

    private static StackFrame Frame(string text)
    {
        int plus = text.LastIndexOf('+');
        return plus > 0 && ulong.TryParse(text.AsSpan(plus + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ulong offset)
            ? new StackFrame(0, text[..plus], offset)
            : new StackFrame(0, text);
    }

    private static ProfileFrame Group(object? value) =>
        new(value is null ? "" : LanguagePrimitives.ConvertTo<string>(value), ProfileFrameKind.Group);

    private long? Weight(PSObject item, MapEntry? entry)
    {
        object? value = weight is not null ? item.Properties[weight]?.Value : entry is not null ? entry.Value : 1L;
        value = RestoredModel.Value(value) switch
        {
            Stats stats => stats.Total,
            Histogram histogram => histogram.Total,
            var other => other,
        };
        return value is not null && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out long number) ? number : null;
    }
}
