namespace BpfTrace.Recording;

/// <summary>A file is no recording, one of a newer version, damaged, or cut off.</summary>
public sealed class InvalidRecordingException : IOException
{
    /// <summary>A recording that cannot be read on.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="offset">Where, in bytes from the file's start.</param>
    /// <param name="isTruncated">Whether the file just ends, rather than holding what cannot be.</param>
    public InvalidRecordingException(string message, long offset, bool isTruncated = false)
        : base($"{message} (at byte {offset} of the file)")
    {
        Offset = offset;
        IsTruncated = isTruncated;
    }

    /// <summary>Where it was found: bytes from the file's start, of the block it is in.</summary>
    public long Offset { get; }

    /// <summary>Whether the file just ends: everything up to here was whole.</summary>
    public bool IsTruncated { get; }
}
