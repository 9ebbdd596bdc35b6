using System.Management.Automation.Language;
using BpfTrace.Formatting;

namespace BpfTrace.Commands.Output;

/// <summary>How much room there is for a table.</summary>
internal enum TableFit
{
    /// <summary>For every number, and for texts to be read.</summary>
    Roomy,

    /// <summary>Large numbers and texts share what is left.</summary>
    Shared,

    /// <summary>Times in seconds and short process ids.</summary>
    Narrow,
}

/// <summary>A value of an event, as it is shown.</summary>
/// <param name="name">The property.</param>
/// <param name="type">Its type; null for one of ours, which knows how it is written.</param>
internal sealed class EventColumn(string name, Type? type)
{
    // Command names are the one kind of text whose length is known: the kernel keeps 15 bytes.
    private const int CommandWidth = 15;

    // Ids of processes end at 4194304 (the kernel's PID_MAX_LIMIT).
    private const int ProcessWidth = 7;
    private const int LeastText = 8;
    private const int RoomyText = 20;
    private const int TimeWidth = 12;
    private const int LeastNumber = 10;
    private const int LongNumber = 20;

    public string Name { get; } = name;

    // Text from the kernel is hostile: a file name can carry terminal escapes, and so can the names of a program's functions.
    public bool IsText { get; } = type is null || Type.GetTypeCode(type) is TypeCode.Object or TypeCode.String && type != typeof(DateTimeOffset);

    /// <summary>How a time is shown beside the event's own, which has the date when it is asked for.</summary>
    public string? Format { get; } = type == typeof(DateTimeOffset) ? "{0:HH:mm:ss.fff}" : null;

    // A name that was read from a recording must not end the quotes it stands in.
    public string Escaped => $"[BpfTrace.Commands.Output.Views]::Escaped[$_, '{CodeGeneration.EscapeSingleQuotedStringContent(Name)}']";

    /// <summary>The name, as it is shown.</summary>
    public string Label => ConsoleEscape.Escape(Name);

    public bool IsNumber => Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.Decimal && type is { IsEnum: false };

    /// <summary>Whether its lines are to be seen, and not only the first: a stack's frames.</summary>
    public bool IsTall { get; } = type == typeof(StackTrace);

    /// <summary>Columns of the screen, so that rows can be written as they come; 0 for a share of what is left.</summary>
    public int Width(TableFit fit)
    {
        bool isNarrow = fit == TableFit.Narrow;
        int width = Type.GetTypeCode(type) switch
        {
            _ when type is { IsEnum: true } => 0,
            _ when Format is not null => TimeWidth,
            _ when Name == "comm" => isNarrow ? 0 : CommandWidth,
            TypeCode.Boolean => 5,
            TypeCode.SByte or TypeCode.Byte => 4,
            TypeCode.Int16 or TypeCode.UInt16 => 6,
            TypeCode.Int32 or TypeCode.UInt32 => isNarrow && Name is ("pid" or "tid" or "ppid") ? ProcessWidth : 10,
            TypeCode.Int64 or TypeCode.UInt64 => fit == TableFit.Roomy ? LongNumber : 0,
            _ => 0,
        };
        return width == 0 ? 0 : Math.Max(width, Label.Length);
    }

    /// <summary>Columns without which nothing of the value is to be seen.</summary>
    public int LeastWidth(TableFit fit) => Width(fit) is var width and > 0
        ? width
        : Math.Max(IsNumber ? LeastNumber : fit == TableFit.Roomy ? RoomyText : LeastText, Label.Length);
}
