namespace BpfTrace.Formatting;

/// <summary>The strings of <c>join()</c>: NUL-separated bytes, printed with a separator between.</summary>
internal static class JoinText
{
    public static void Write(Utf8Writer writer, ReadOnlySpan<byte> strings, string separator)
    {
        // The first empty string ends the list: src/async_action.cpp, join.
        for (bool first = true; !strings.IsEmpty && strings[0] != 0; first = false)
        {
            int end = strings.IndexOf((byte)0);
            if (!first)
                writer.Append(separator);
            writer.AppendValue(end < 0 ? strings : strings[..end]);
            strings = end < 0 ? default : strings[(end + 1)..];
        }
    }

    /// <summary>The strings one by one.</summary>
    public static string[] Split(ReadOnlySpan<byte> strings)
    {
        var split = new List<string>();
        while (!strings.IsEmpty && strings[0] != 0)
        {
            int end = strings.IndexOf((byte)0);
            split.Add(KernelText.Decode(end < 0 ? strings : strings[..end]));
            strings = end < 0 ? default : strings[(end + 1)..];
        }

        return [.. split];
    }
}
