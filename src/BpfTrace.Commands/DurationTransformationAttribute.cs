using System.Globalization;
using System.Management.Automation;

namespace BpfTrace.Commands;

/// <summary>
/// Lets a <see cref="TimeSpan"/> parameter take what bpftrace's users type: <c>5s</c>, <c>500ms</c>, <c>2m</c>, <c>1h</c>; a bare number is
/// seconds; <c>00:00:05</c> is .NET's own form.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    private const string Forms = "As in 5s, 500ms, 2m, 00:00:05, or a number of seconds.";

    private static readonly (string Suffix, double Seconds)[] s_units =
    [
        ("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400),
    ];

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        // 5s and 1d are numbers to PowerShell (of type short and decimal); the object still knows how they were typed.
        if (inputData is PSObject { BaseObject: short or decimal } typed && Parse(typed.ToString()) is { } meant)
            return Positive(meant);

        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            short or int or long or double or decimal => Positive(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
            string text when Parse(text.Trim()) is { } seconds => Positive(seconds),
            string text => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan span)
                ? Positive(span.TotalSeconds)
                : throw new ArgumentTransformationMetadataException($"'{text}' is no duration. {Forms}"),
            TimeSpan span => Positive(span.TotalSeconds),
            _ => inputData,
        };
    }

    private static double? Parse(string text)
    {
        if (Number(text) is { } bare)
        {
            return bare;
        }

        foreach ((string suffix, double seconds) in s_units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) && Number(text[..^suffix.Length]) is { } number)
            {
                return number * seconds;
            }
        }

        return null;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) ? number : null;

    // The shortest that a TimeSpan holds is 100 ns; a longer one than it holds is none either.
    private static TimeSpan Positive(double seconds) => seconds switch
    {
        > 0 and < 1e-7 => new TimeSpan(1),
        > 0 when seconds < TimeSpan.MaxValue.TotalSeconds => TimeSpan.FromSeconds(seconds),
        > 0 => throw new ArgumentTransformationMetadataException("A duration is shorter than 29,000 years."),
        _ => throw new ArgumentTransformationMetadataException("A duration is longer than zero. " + Forms),
    };
}
