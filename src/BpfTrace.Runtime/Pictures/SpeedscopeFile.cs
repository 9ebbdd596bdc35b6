using System.Text.Encodings.Web;
using System.Text.Json;
using BpfTrace.Formatting;

namespace BpfTrace.Pictures;

/// <summary>A profile as speedscope.app reads it (its file-format-schema.json, type <c>sampled</c>).</summary>
public static class SpeedscopeFile
{
    /// <summary>The file's text.</summary>
    /// <param name="profile">The stacks.</param>
    /// <param name="name">The profile's name.</param>
    /// <param name="unit">What is counted: <c>bytes</c>, <c>nanoseconds</c>, <c>microseconds</c>, <c>milliseconds</c> and <c>seconds</c> are the format's own units; anything else is <c>none</c>.</param>
    public static string ToJson(StackProfile profile, string name = "BpfTrace", string unit = "samples")
    {
        ArgumentNullException.ThrowIfNull(profile);
        var frames = new NumberedTable<ProfileFrame>();
        ProfileStack[] stacks = [.. profile.Stacks()];
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://www.speedscope.app/file-format-schema.json");
            json.WriteString("exporter", "BpfTrace");
            json.WriteString("name", UnicodeText.Repair(name));
            json.WriteNumber("activeProfileIndex", 0);
            json.WriteStartArray("profiles");
            json.WriteStartObject();
            json.WriteString("type", "sampled");
            json.WriteString("name", UnicodeText.Repair(name));
            json.WriteString("unit", unit is "bytes" or "nanoseconds" or "microseconds" or "milliseconds" or "seconds" ? unit : "none");
            json.WriteNumber("startValue", 0);
            json.WriteNumber("endValue", profile.Total);
            json.WriteStartArray("samples");
            foreach (ProfileStack stack in stacks)
            {
                json.WriteStartArray();
                foreach (ProfileFrame frame in stack.Frames)
                    json.WriteNumberValue(frames.Index(frame));
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteStartArray("weights");
            foreach (ProfileStack stack in stacks)
                json.WriteNumberValue(stack.Weight);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartObject("shared");
            json.WriteStartArray("frames");
            foreach (ProfileFrame frame in frames.Items)
            {
                json.WriteStartObject();
                json.WriteString("name", UnicodeText.Repair(frame.Name));
                if ((frame.SourceFile ?? frame.Module) is { } file)
                    json.WriteString("file", UnicodeText.Repair(file));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
