using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using BpfTrace.Decoding;

namespace BpfTrace.Formatting;

/// <summary>
/// <c>strftime(3)</c> in the C locale and the local time zone, with bpftrace's additions <c>%f</c> (microseconds), <c>%l</c>
/// (milliseconds) and <c>%k</c> (nanoseconds), each zero-padded (src/bpftrace.cpp, format_timestamp). The system's own function is used:
/// glibc's flags, widths and zone names included.
/// </summary>
internal static unsafe partial class TimeFormat
{
    private const int LongestText = 4096;
    private const int LC_ALL_MASK = 0x1fbf;

    private static readonly Lazy<nint> s_locale = new(NewLocale);

    /// <summary>A time as text; <c>(?)</c> when the format gives none, as bpftrace has it.</summary>
    /// <param name="format">The strftime format.</param>
    /// <param name="unixNanoseconds">The time in ns since 1970-01-01 UTC.</param>
    public static string Format(string format, long unixNanoseconds)
    {
        (long seconds, long rest) = Split(unixNanoseconds);
        return seconds == 0 ? "(?)" : FormatCore(Expand(format, rest), seconds);
    }

    /// <summary>The time of day with so many digits of the second's fraction, cut not rounded.</summary>
    public static string FormatClock(long unixNanoseconds, int digits)
    {
        (long seconds, long rest) = Split(unixNanoseconds);
        string clock = s_locale.Value == 0 ? ManagedClock(unixNanoseconds) : FormatCore("%H:%M:%S", seconds);
        return digits == 0 ? clock : clock + "." + rest.ToString("D9", CultureInfo.InvariantCulture)[..digits];
    }

    /// <summary>The time of day as .NET has it, which is the same but for zones that are rules instead of names (TZ=CET-1CEST).</summary>
    internal static string ManagedClock(long unixNanoseconds) =>
        new LocalClock().ToLocalOffset(unixNanoseconds).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The C locale; 0 where there is none: recordings are shown on other systems too.</summary>
    private static nint NewLocale()
    {
        try
        {
            return OperatingSystem.IsLinux() ? newlocale(LC_ALL_MASK, "C", 0) : 0;
        }
        catch (DllNotFoundException)
        {
            return 0;
        }
    }

    private static (long Seconds, long Nanoseconds) Split(long unixNanoseconds)
    {
        long seconds = Math.DivRem(unixNanoseconds, 1_000_000_000, out long rest);
        return rest < 0 ? (seconds - 1, rest + 1_000_000_000) : (seconds, rest);
    }

    private static string FormatCore(string format, long seconds)
    {
        Tm tm;
        if (s_locale.Value == 0 || localtime_r(&seconds, &tm) == null)
            return "(?)";
        byte* buffer = stackalloc byte[LongestText];
        nuint length = strftime_l(buffer, LongestText, format, &tm, s_locale.Value);
        return length == 0 ? "(?)" : Encoding.UTF8.GetString(buffer, (int)length);
    }

    private static string Expand(string format, long nanoseconds)
    {
        if (!format.Contains("%f", StringComparison.Ordinal) && !format.Contains("%k", StringComparison.Ordinal)
            && !format.Contains("%l", StringComparison.Ordinal))
        {
            return format;
        }

        return format
            .Replace("%f", (nanoseconds / 1000).ToString("D6", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("%k", nanoseconds.ToString("D9", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("%l", (nanoseconds / 1_000_000).ToString("D3", CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    // struct tm of time.h, with glibc's and musl's two members at the end.
    [StructLayout(LayoutKind.Sequential)]
    private struct Tm
    {
        public int Second, Minute, Hour, Day, Month, Year, WeekDay, YearDay, IsDaylight;
        public long GmtOffset;
        public byte* Zone;
    }

#pragma warning disable SYSLIB1051, IDE1006, CA1416 // the C library's own names
    [LibraryImport("libc")]
    private static partial Tm* localtime_r(long* time, Tm* result);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nuint strftime_l(byte* buffer, nuint size, string format, Tm* time, nint locale);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint newlocale(int mask, string name, nint @base);
#pragma warning restore SYSLIB1051, IDE1006, CA1416
}
