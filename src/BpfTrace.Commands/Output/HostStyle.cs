using System.Management.Automation;
using System.Reflection;
using System.Text;

namespace BpfTrace.Commands.Output;

/// <summary>What the user's console can show: colours by <c>$PSStyle</c>, none where they are turned off; block characters where the encoding has them.</summary>
internal sealed class HostStyle
{
    private static readonly PropertyInfo? s_instance = typeof(PSObject).Assembly.GetType("System.Management.Automation.PSStyle")?.GetProperty("Instance");

    private HostStyle(string header, string accent, string reset)
    {
        Header = header;
        Accent = accent;
        Reset = reset;
    }

    /// <summary>Escape sequence that begins what is as it should be; empty without colours.</summary>
    public string Good { get; private init; } = "";

    /// <summary>Escape sequence that begins what is missing and can be done without; empty without colours.</summary>
    public string Doubtful { get; private init; } = "";

    /// <summary>Escape sequence that begins what is missing and needed; empty without colours.</summary>
    public string Bad { get; private init; } = "";

    /// <summary>Escape sequence that begins a heading; empty without colours.</summary>
    public string Header { get; }

    /// <summary>Escape sequence that begins a bar; empty without colours.</summary>
    public string Accent { get; }

    /// <summary>Escape sequence that ends either.</summary>
    public string Reset { get; }

    /// <summary>
    /// The style of <c>$PSStyle</c>, which is one for the process and no part of the reference assembly; read anew each time, since users change it. No colours
    /// where <c>NO_COLOR</c> has a value (https://no-color.org: any but an empty one), and none where output is redirected, unless <c>Ansi</c> asks for them.
    /// </summary>
    public static HostStyle Current =>
        s_instance?.GetValue(null) is not { } style
        || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        || Text(style, "OutputRendering") is var rendering && (rendering == "PlainText" || (rendering != "Ansi" && Console.IsOutputRedirected))
            ? new HostStyle("", "", "")
            : new HostStyle(Text(style, "Formatting", "TableHeader"), Text(style, "Foreground", "Cyan"), Text(style, "Reset"))
            {
                Good = Text(style, "Foreground", "Green"),
                Doubtful = Text(style, "Formatting", "Warning"),
                Bad = Text(style, "Formatting", "Error"),
            };

    /// <summary>
    /// Whether only ASCII is to be drawn: the console's encoding is not UTF-8, or the locale is the C one, whose characters are ASCII (.NET takes it for UTF-8, as it does where
    /// no locale is named at all).
    /// </summary>
    public static bool IsAscii => Console.OutputEncoding.CodePage != Encoding.UTF8.CodePage || Locale is "C" or "POSIX";

    // setlocale(3): the first of these that has a value.
    private static string? Locale => Array.Find(
        Array.ConvertAll(["LC_ALL", "LC_CTYPE", "LANG"], Environment.GetEnvironmentVariable),
        static value => !string.IsNullOrEmpty(value));

    private static string Text(object style, params string[] path)
    {
        object? value = style;
        foreach (string name in path)
        {
            value = value is null ? null : PSObject.AsPSObject(value).Properties[name]?.Value;
        }

        return value?.ToString() ?? "";
    }
}
