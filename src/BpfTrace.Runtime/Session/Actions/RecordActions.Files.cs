using BpfTrace.Bpf.Proc;
using BpfTrace.Formatting;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;

namespace BpfTrace;

/// <content>Files that a script prints, and those it writes packets to.</content>
internal sealed partial class RecordActions
{
    private void Cat(OutputSite site, ReadOnlySpan<byte> record, RecordOutput output)
    {
        if (!_decoder.TryFormatText(record, out string? path, out Diagnostic? malformed))
        {
            output.Warn(malformed);
            return;
        }

        string full = Path.Combine(_options.WorkingDirectory, path);
        if (RegularFile.IsPipe(full))
        {
            // Nothing could end the wait for who writes into it.
            output.Error(Failed(site, $"failed to open file '{path}' (it is a named pipe)"));
            return;
        }

        try
        {
            using var file = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            byte[] buffer = new byte[Math.Min(_program.Config.MaxCatBytes, 64 << 10)];
            int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            while (length == buffer.Length && length < _program.Config.MaxCatBytes)
            {
                // Files of /proc do not say how long they are.
                Array.Resize(ref buffer, (int)Math.Min(_program.Config.MaxCatBytes, length * 2L));
                length += file.ReadAtLeast(buffer.AsSpan(length), buffer.Length - length, throwOnEndOfStream: false);
            }

            ReadOnlySpan<byte> content = buffer.AsSpan(0, length);
            if (Makes(output))
                Emit(record, new FileEvent(path, KernelText.Decode(content)), output);
            if (IsText)
                WriteBytes(site, content, output);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            output.Error(Failed(site, $"failed to open file '{path}' ({FileErrors.Describe(e, full)})"));
        }
        catch (OutOfMemoryException)
        {
            // max_cat_bytes is the script's to say; arrays and texts end at 2 GB, whatever memory there is.
            output.Error(Failed(site, $"failed to read file '{path}' (too large for memory; max_cat_bytes is {_program.Config.MaxCatBytes})"));
        }
    }

    private void WritePacket(OutputSite site, ReadOnlySpan<byte> record, RecordOutput output)
    {
        ReadOnlySpan<byte> packet = _decoder.ReadPacket(record);
        if (packet.IsEmpty)
            return;
        try
        {
            _packetFiles!.Write(site, _decoder.ReadUnixNanoseconds(record), packet);
        }
        catch (IOException e)
        {
            ReportPacketFile(site, e, output);
        }

        if (Makes(output))
            Emit(record, new PacketEvent(_packetFiles!.FullName(site), packet.ToArray()), output);
    }

    /// <summary>A file that cannot be written any more (a full disk) shows here as well: what was written before waits in memory.</summary>
    private void FlushPackets(RecordOutput output) => _packetFiles?.Flush((site, e) => ReportPacketFile(site, e, output));

    private void ReportPacketFile(OutputSite site, IOException e, RecordOutput output) =>
        output.Error(Failed(site, $"failed to write '{site.Path}' ({e.Message})"));
}
