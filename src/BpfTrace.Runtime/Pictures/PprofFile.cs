using System.Buffers;
using System.IO.Compression;
using BpfTrace.Formatting;

namespace BpfTrace.Pictures;

/// <summary>A profile as pprof reads it: a gzipped protocol buffer (github.com/google/pprof, proto/profile.proto, message Profile).</summary>
public static class PprofFile
{
    /// <summary>The file's bytes.</summary>
    /// <param name="profile">The stacks.</param>
    /// <param name="type">What the values are: <c>samples</c>, <c>alloc_space</c>.</param>
    /// <param name="unit">What they are counted in: <c>count</c>, <c>bytes</c>, <c>nanoseconds</c>.</param>
    public static byte[] ToBytes(StackProfile profile, string type = "samples", string unit = "count")
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(unit);
        var strings = new NumberedTable<string>();
        var modules = new NumberedTable<string>();
        var frames = new NumberedTable<ProfileFrame>();
        var file = new Message();
        strings.Index(""); // the format wants it first

        var sampleType = new Message();
        sampleType.Number(1, strings.Index(type));
        sampleType.Number(2, strings.Index(unit));
        file.Bytes(1, sampleType);
        foreach (ProfileStack stack in profile.Stacks())
        {
            var locations = new Message();
            for (int i = stack.Frames.Length - 1; i >= 0; i--) // innermost first
                locations.Varint((ulong)frames.Index(stack.Frames[i]) + 1);

            var values = new Message();
            values.Varint((ulong)stack.Weight);
            var sample = new Message();
            sample.Bytes(1, locations);
            sample.Bytes(2, values);
            file.Bytes(2, sample);
        }

        for (int i = 0; i < frames.Items.Count; i++)
        {
            ProfileFrame frame = frames.Items[i];
            int id = i + 1; // 0 is none
            var line = new Message();
            line.Number(1, id);
            var location = new Message();
            location.Number(1, id);
            location.Number(2, frame.Module is null ? 0 : modules.Index(frame.Module) + 1);
            location.Bytes(4, line);
            file.Bytes(4, location);

            int name = strings.Index(UnicodeText.Repair(frame.Name));
            var function = new Message();
            function.Number(1, id);
            function.Number(2, name);
            function.Number(3, name);
            function.Number(4, strings.Index(UnicodeText.Repair(frame.SourceFile ?? "")));
            file.Bytes(5, function);
        }

        for (int i = 0; i < modules.Items.Count; i++)
        {
            var mapping = new Message();
            mapping.Number(1, i + 1);
            mapping.Number(5, strings.Index(UnicodeText.Repair(modules.Items[i])));
            mapping.Number(7, 1); // has_functions: nobody need look for symbols
            file.Bytes(3, mapping);
        }

        foreach (string text in strings.Items)
            file.Text(6, text);

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            file.WriteTo(gzip);
        return packed.ToArray();
    }

    /// <summary>A protocol buffer's message: fields as tags with a wire type, varints and lengths.</summary>
    private sealed class Message
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public void Varint(ulong value)
        {
            while (value >= 0x80)
            {
                Byte((byte)(value | 0x80));
                value >>= 7;
            }

            Byte((byte)value);
        }

        public void Number(int field, long value)
        {
            if (value == 0)
                return; // the default, which is not written
            Varint((ulong)field << 3);
            Varint((ulong)value);
        }

        public void Bytes(int field, Message message)
        {
            Varint(((ulong)field << 3) | 2);
            Varint((ulong)message._bytes.WrittenCount);
            _bytes.Write(message._bytes.WrittenSpan);
        }

        public void Text(int field, string text)
        {
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
            Varint(((ulong)field << 3) | 2);
            Varint((ulong)bytes.Length);
            _bytes.Write(bytes);
        }

        public void WriteTo(Stream stream) => stream.Write(_bytes.WrittenSpan);

        private void Byte(byte value) => _bytes.Write([value]);
    }
}
