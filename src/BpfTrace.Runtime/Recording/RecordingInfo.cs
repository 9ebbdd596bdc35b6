using System.Text.Json;
using BpfTrace.Formatting;

namespace BpfTrace.Recording;

/// <summary>What a recording says of itself.</summary>
public sealed record RecordingInfo : IEscapedMembers
{
    /// <summary>The name that the session was given, or its file's; empty for one with neither.</summary>
    public string Name { get; init; } = "";

    /// <summary>The script.</summary>
    public string Script { get; init; } = "";

    /// <summary>The script's file; null for one that was in none.</summary>
    public string? ScriptPath { get; init; }

    /// <summary>When the probes were attached, UTC.</summary>
    public DateTime StartTime { get; init; }

    /// <summary>The machine's name.</summary>
    public string MachineName { get; init; } = "";

    /// <summary>The kernel: <c>6.12.0-1-amd64</c>.</summary>
    public string KernelRelease { get; init; } = "";

    /// <summary>What wrote it: <c>BpfTrace 0.1.0</c>.</summary>
    public string Recorder { get; init; } = "";

    /// <summary>The attached probes' full names, in the script's order; the first thousand of them.</summary>
    public IReadOnlyList<string> Probes { get; init; } = [];

    /// <summary>The names of the script's maps.</summary>
    public IReadOnlyList<string> Maps { get; init; } = [];

    /// <summary>How many places of the script write events, each with an event type of its own.</summary>
    public int EventSiteCount { get; init; }

    /// <summary>The version of the file's format.</summary>
    public int FormatVersion { get; init; } = RecordingFormat.Version;

    internal byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("name", Clean(Name));
            json.WriteString("script", Clean(Script));
            if (ScriptPath is not null)
                json.WriteString("scriptPath", Clean(ScriptPath));
            json.WriteString("startTime", StartTime);
            json.WriteString("machineName", Clean(MachineName));
            json.WriteString("kernelRelease", Clean(KernelRelease));
            json.WriteString("recorder", Recorder);
            json.WriteNumber("eventSites", EventSiteCount);
            WriteNames(json, "probes", Probes);
            WriteNames(json, "maps", Maps);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <exception cref="JsonException">It is no JSON object.</exception>
    /// <exception cref="InvalidOperationException">A text of it is none: half of a surrogate pair.</exception>
    internal static RecordingInfo FromJson(ReadOnlyMemory<byte> bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            throw new JsonException("the header is no object");
        return new RecordingInfo
        {
            Name = Text(root, "name") ?? "",
            Script = Text(root, "script") ?? "",
            ScriptPath = Text(root, "scriptPath"),
            StartTime = root.TryGetProperty("startTime", out JsonElement time) && time.ValueKind == JsonValueKind.String && time.TryGetDateTime(out DateTime start)
                ? start.ToUniversalTime()
                : default,
            MachineName = Text(root, "machineName") ?? "",
            KernelRelease = Text(root, "kernelRelease") ?? "",
            Recorder = Text(root, "recorder") ?? "",
            EventSiteCount = root.TryGetProperty("eventSites", out JsonElement sites) && sites.ValueKind == JsonValueKind.Number && sites.TryGetInt32(out int count) ? count : 0,
            Probes = Names(root, "probes"),
            Maps = Names(root, "maps"),
        };
    }

    /// <summary>The header is JSON, which has no way to write bytes that are not UTF-8.</summary>
    private static string Clean(string text) => UnicodeText.Repair(text);

    private static void WriteNames(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(Clean(value));
        json.WriteEndArray();
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string[] Names(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(static v => v.ValueKind == JsonValueKind.String).Select(static v => v.GetString()!)]
            : [];
}
