using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Formatting;

/// <summary>bpftrace's JSON messages, one object a line (src/output/json.cpp).</summary>
internal static class JsonMessages
{
    /// <summary>A message that is a text: <c>printf time join cat syscall</c>.</summary>
    public static void WriteText(Utf8Writer writer, ReadOnlySpan<byte> type, ReadOnlySpan<byte> text)
    {
        Begin(writer, type);
        JsonText.WriteString(writer, text);
        writer.Append("}\n"u8);
    }

    /// <summary>The line up to its data.</summary>
    public static void Begin(Utf8Writer writer, ReadOnlySpan<byte> type)
    {
        writer.Append("{\"type\": \""u8);
        writer.Append(type);
        writer.Append("\", \"data\": "u8);
    }

    /// <summary>The message of lost records.</summary>
    public static void WriteLost(Utf8Writer writer, long count)
    {
        writer.Append("{\"type\": \"lost_events\", \"count\": "u8);
        JsonText.WriteNumber(writer, count);
        writer.Append(", \"data\": {\"events\": "u8);
        JsonText.WriteNumber(writer, count);
        writer.Append("}}\n"u8);
    }

    /// <summary>What a printing site's messages are called.</summary>
    public static ReadOnlySpan<byte> TypeOf(OutputKind kind) => kind switch
    {
        OutputKind.Printf => "printf"u8,
        OutputKind.Time => "time"u8,
        OutputKind.Join => "join"u8,
        OutputKind.Cat => "cat"u8,
        OutputKind.System => "syscall"u8,
        _ => "value"u8,
    };

    /// <summary>A message of <c>errorf()</c> or <c>warnf()</c>, or an error of a program at run time.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="diagnostic">Its place and text.</param>
    /// <param name="site">What reported it.</param>
    /// <param name="code">The helper's result.</param>
    public static void WriteDiagnostic(Utf8Writer writer, Diagnostic diagnostic, OutputSite site, int code = 0)
    {
        bool isHelper = site.RuntimeError == RuntimeErrorKind.HelperFailed;
        writer.Append("{\"type\": \""u8);
        writer.Append(site.Kind switch { OutputKind.Errorf => "errorf"u8, OutputKind.Warnf => "warnf"u8, _ => isHelper ? "helper_error"u8 : "runtime_error"u8 });
        writer.Append("\", \"msg\": "u8);
        JsonText.WriteString(writer, isHelper ? System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(-code) : diagnostic.Message);
        if (isHelper)
        {
            writer.Append(", \"helper\": "u8);
            JsonText.WriteString(writer, site.Helper ?? "");
            writer.Append(", \"retcode\": "u8);
            JsonText.WriteNumber(writer, code);
        }

        if (diagnostic.Location is { } location)
        {
            writer.Append(", \"filename\": "u8);
            JsonText.WriteString(writer, location.Source.Name);
            writer.Append(", \"line\": "u8);
            JsonText.WriteNumber(writer, location.Start.Line);
            writer.Append(", \"col\": "u8);
            JsonText.WriteNumber(writer, location.Start.Column);
        }

        writer.Append("}\n"u8);
    }
}
