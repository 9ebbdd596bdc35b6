using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace BpfTrace.Commands.Output;

/// <summary>
/// Objects of the model, made again of what a job, a remote session, Import-Clixml, ConvertFrom-Json or Select-Object left of them: property
/// bags with the same names.
/// </summary>
internal static class RestoredModel
{
    /// <summary>The map entry an object is or was; null for another object.</summary>
    public static MapEntry? Entry(PSObject item)
    {
        if (item.BaseObject is MapEntry entry)
        {
            return entry;
        }

        // A map's name begins with @. Other people's objects can have properties of these names too, and are no entries.
        return item.Properties["Key"] is { } key && item.Properties["Value"] is { } value && Text(item, "Map") is ['@', ..] map
            ? new MapEntry(map, Value(key.Value), Value(value.Value))
            : null;
    }

    /// <summary>The map that what serialisation left of an entry belongs to; null for anything else.</summary>
    public static string? MapOf(PSObject item) => item.TypeNames.Contains("Deserialized.BpfTrace.MapEntry") ? Text(item, "Map") : null;

    /// <summary>The histogram, series, statistics or stack an object is or was; of a list its elements so; other objects without PowerShell's wrapping.</summary>
    public static object? Value(object? value)
    {
        object? plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        // An array of numbers is printed in brackets of its own.
        if (plain is ArrayList { Count: > 0 } list && value is PSObject serialized && !Views.IsTuple(serialized)
            && list[0] is ValueType first && list.Cast<object?>().All(e => e?.GetType() == first.GetType()))
        {
            return list.ToArray(first.GetType());
        }

        if (plain is object?[] or ArrayList)
        {
            return new BpfTuple(((IList)plain).Cast<object?>().Select(Value));
        }

        if (plain is not PSCustomObject)
        {
            return plain;
        }

        var bag = (PSObject)value!;
        return Histogram(bag) ?? TimeSeries(bag) ?? Stats(bag) ?? (object?)Stack(bag) ?? value;
    }

    private static Histogram? Histogram(PSObject bag)
    {
        if (Elements(bag, "Buckets") is not { } elements)
        {
            return null;
        }

        var buckets = new List<HistogramBucket>();
        foreach (PSObject element in elements)
        {
            buckets.Add(new HistogramBucket(Number(element, "Lower"), Number(element, "Upper"), Number(element, "Count") ?? 0, Text(element, "Label") ?? ""));
        }

        return new Histogram(buckets);
    }

    private static TimeSeries? TimeSeries(PSObject bag)
    {
        if (Elements(bag, "Points") is not { } elements)
        {
            return null;
        }

        var points = new List<TimeSeriesPoint>();
        foreach (PSObject element in elements)
        {
            if (Number(element, "StartUnixNanoseconds") is { } start)
            {
                points.Add(new TimeSeriesPoint(start, Integer(element, "Value")));
            }
        }

        return new TimeSeries(points);
    }

    private static Stats? Stats(PSObject bag) =>
        Number(bag, "Count") is { } count && Integer(bag, "Average") is { } average && Integer(bag, "Total") is { } total
            ? new Stats(count, average, total)
            : null;

    private static StackTrace? Stack(PSObject bag)
    {
        if (Elements(bag, "Frames") is not { } elements)
        {
            return null;
        }

        var frames = new List<StackFrame>();
        foreach (PSObject element in elements)
        {
            _ = LanguagePrimitives.TryConvertTo(element.Properties["Address"]?.Value, CultureInfo.InvariantCulture, out ulong address);
            frames.Add(new StackFrame(address, Text(element, "Symbol"), (ulong)(Number(element, "Offset") ?? 0), Text(element, "Module"))
            {
                IsInlined = LanguagePrimitives.IsTrue(element.Properties["IsInlined"]?.Value),
                SourceFile = Text(element, "SourceFile"),
                SourceLine = (int)(Number(element, "SourceLine") ?? 0),
                BuildId = Text(element, "BuildId"),
            });
        }

        return new StackTrace(frames, isUser: LanguagePrimitives.IsTrue(bag.Properties["IsUser"]?.Value));
    }

    /// <summary>The objects of a list; null where there is none, and where too little depth has left texts of them.</summary>
    private static List<PSObject>? Elements(PSObject bag, string name)
    {
        if (LanguagePrimitives.GetEnumerable(bag.Properties[name]?.Value) is not { } list)
        {
            return null;
        }

        var elements = new List<PSObject>();
        foreach (object? element in list)
        {
            if (element is null or string or PSObject { BaseObject: string })
            {
                return null;
            }

            elements.Add(PSObject.AsPSObject(element));
        }

        return elements;
    }

    private static long? Number(PSObject bag, string name) =>
        bag.Properties[name]?.Value is { } value && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out long number) ? number : null;

    /// <summary>A long, or a ulong where it was one or the number is too large for a long.</summary>
    private static object? Integer(PSObject bag, string name)
    {
        object? value = bag.Properties[name]?.Value is PSObject wrapped ? wrapped.BaseObject : bag.Properties[name]?.Value;
        if (value is null or ulong)
        {
            return value;
        }

        if (LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out long number))
        {
            return number;
        }

        return LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out ulong large) ? large : null;
    }

    private static string? Text(PSObject bag, string name) =>
        bag.Properties[name]?.Value is { } value ? LanguagePrimitives.ConvertTo<string>(value) : null;
}
