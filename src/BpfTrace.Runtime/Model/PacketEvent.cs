namespace BpfTrace;

/// <summary>A packet that <c>skboutput()</c> wrote to a file. bpftrace prints nothing for it: its text is empty.</summary>
public sealed class PacketEvent : TraceEvent
{
    /// <summary>An event of these bytes.</summary>
    /// <param name="file">The pcap file, with its directory.</param>
    /// <param name="data">The packet from the offset on, as it is in the file.</param>
    public PacketEvent(string file, byte[] data)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(data);
        File = file;
        Data = data;
    }

    /// <summary>The pcap file, with its directory.</summary>
    public string File { get; }

    /// <summary>Bytes written.</summary>
    public int Length => Data.Length;

    /// <summary>The packet from the offset on: with the offset the script gives it begins at the IP header.</summary>
    public byte[] Data { get; }

    /// <inheritdoc/>
    public override string Text => "";
}
