using System.Runtime.InteropServices;
using System.Text;

namespace BpfTrace.Cli;

/// <summary>
/// Bytes on their way to a file descriptor, in one buffer. Not thread-safe: one thread writes events, and messages go through it too.
/// </summary>
internal sealed class OutputSink : IDisposable
{
    private readonly byte[] _buffer;
    private readonly OutputBuffering _buffering;
    private readonly bool _owned;
    private readonly int _fd;
    private int _used;
    private bool _isDisposed;

    public OutputSink(int fd, OutputBuffering buffering, int capacity = 64 * 1024, bool owned = false)
    {
        _fd = fd;
        _buffering = buffering;
        _buffer = new byte[capacity];
        _owned = owned;
    }

    /// <summary>Creates or empties the file at <paramref name="path"/> and writes there.</summary>
    /// <exception cref="OutputException">The file cannot be opened; the message is the system's.</exception>
    public static OutputSink Create(string path, OutputBuffering buffering)
    {
        int fd = NativeMethods.open(path, NativeMethods.O_WRONLY | NativeMethods.O_CREAT | NativeMethods.O_TRUNC | NativeMethods.O_CLOEXEC, 0x1b6);
        if (fd < 0)
            throw Failure(Marshal.GetLastPInvokeError());
        return new OutputSink(fd, buffering, owned: true);
    }

    public bool IsTerminal => NativeMethods.isatty(_fd) == 1;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > _buffer.Length - _used)
        {
            int part = _buffer.Length - _used;
            bytes[..part].CopyTo(_buffer.AsSpan(_used));
            bytes = bytes[part..];
            _used += part;
            Flush();
        }

        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
        if (_buffering == OutputBuffering.None || (_buffering == OutputBuffering.Line && bytes.Contains((byte)'\n')))
            Flush();
    }

    /// <summary>Writes <paramref name="text"/> as UTF-8.</summary>
    public void Write(ReadOnlySpan<char> text)
    {
        int size = Encoding.UTF8.GetByteCount(text);
        if (size > 1024)
        {
            Write(Encoding.UTF8.GetBytes(text.ToString()));
            return;
        }

        Span<byte> bytes = stackalloc byte[size];
        Encoding.UTF8.GetBytes(text, bytes);
        Write(bytes);
    }

    /// <summary>Writes a value and a line end, as bytes where the value can.</summary>
    public void WriteLine(IUtf8SpanFormattable value)
    {
        if (value.TryFormat(_buffer.AsSpan(_used), out int written, default, null))
            _used += written;
        else
            Write(value.ToString());
        Write("\n"u8);
    }

    /// <summary>Called where no more events are there for the moment: where no mode was chosen, what was written becomes visible.</summary>
    public void BatchEnd()
    {
        if (_buffering == OutputBuffering.Batch)
            Flush();
    }

    /// <summary>Hands everything to the system.</summary>
    /// <exception cref="OutputException">The system refuses; its error number is in <see cref="Exception.HResult"/>.</exception>
    public unsafe void Flush()
    {
        int done = 0;
        fixed (byte* start = _buffer)
        {
            while (done < _used)
            {
                nint written = NativeMethods.write(_fd, start + done, _used - done);
                if (written >= 0)
                {
                    done += (int)written;
                    continue;
                }

                int error = Marshal.GetLastPInvokeError();
                if (error == NativeMethods.EINTR)
                    continue;
                if (error == NativeMethods.EAGAIN)
                {
                    Thread.Sleep(1); // A pipe someone else made non-blocking.
                    continue;
                }

                _used = 0;
                throw Failure(error);
            }
        }

        _used = 0;
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        try
        {
            Flush();
        }
        finally
        {
            if (_owned)
                _ = NativeMethods.close(_fd);
        }
    }

    private static OutputException Failure(int error) => new(Marshal.GetPInvokeErrorMessage(error), error);
}

/// <summary>The system does not take output: the disk is full, or nobody reads any more. <see cref="Exception.HResult"/> is its error number.</summary>
internal sealed class OutputException(string message, int error) : IOException(message, error);
