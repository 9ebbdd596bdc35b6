using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>
/// Reads a map batch by batch (BPF_MAP_LOOKUP_BATCH, Linux 5.6), in the map's own order: one batch is in memory, however many elements there are. Elements
/// that programs add or remove meanwhile may or may not be seen; none that stays is missed, none is seen twice.
/// </summary>
public sealed unsafe class MapBatchReader
{
    private readonly BpfMap _map;

    // The position between batches: a bucket number for hashes, a key for the generic walk of arrays.
    private readonly byte[] _position;
    private byte[] _keys = [];
    private byte[] _values = [];
    private int _batch;
    private bool _isFirst = true;
    private bool _isDone;

    internal MapBatchReader(BpfMap map, int batch)
    {
        _map = map;
        _position = new byte[Math.Max(map.KeySize, 8)];
        Resize(batch);
    }

    /// <summary>How many elements the batch has.</summary>
    public int Count { get; private set; }

    /// <summary>False when the kernel does not read maps of this kind in batches: known after the first <see cref="Read"/>.</summary>
    public bool IsSupported { get; private set; } = true;

    /// <summary>The key of an element of the batch.</summary>
    public ReadOnlySpan<byte> Key(int index) => _keys.AsSpan(index * _map.KeySize, _map.KeySize);

    /// <summary>Its value, of all possible CPUs for a per-CPU map.</summary>
    public ReadOnlySpan<byte> Value(int index) => _values.AsSpan(index * _map.ValueBufferSize, _map.ValueBufferSize);

    /// <summary>Reads the next batch.</summary>
    /// <returns>False at the end, and where batches are not supported.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    /// <exception cref="ObjectDisposedException">The map was closed.</exception>
    public bool Read()
    {
        Count = 0;
        using var use = new HandleUse(_map.Handle);
        while (!_isDone)
        {
            int result = Lookup(use.Fd, out uint count);
            switch (-result)
            {
                case Errno.ENOSPC: // one bucket holds more than the batch; nothing of it was written
                    Resize(checked(_batch * 2));
                    continue;
                case Errno.ENOTSUPP or Errno.EOPNOTSUPP or Errno.EINVAL when _isFirst:
                    IsSupported = false;
                    _isDone = true;
                    return false;
                case Errno.ENOENT: // the end; count elements came with it
                    _isDone = true;
                    break;
                case > 0:
                    throw BpfException.FromErrno(-result, $"reading map '{_map.Name}'");
                default:
                    break;
            }

            _isFirst = false;
            if (count == 0)
                continue;
            Count = (int)count;
            return true;
        }

        return false;
    }

    private int Lookup(uint descriptor, out uint count)
    {
        fixed (byte* keys = _keys)
        fixed (byte* values = _values)
        fixed (byte* position = _position)
        {
            var attr = new MapBatchAttr
            {
                in_batch = _isFirst ? null : position,
                out_batch = position,
                keys = keys,
                values = values,
                count = (uint)_batch,
                map_fd = descriptor,
            };
            int result = BpfSyscall.Call(BpfCommand.BPF_MAP_LOOKUP_BATCH, ref attr);
            count = attr.count;
            return result;
        }
    }

    private void Resize(int batch)
    {
        _batch = batch;
        _keys = new byte[batch * _map.KeySize];
        _values = new byte[batch * _map.ValueBufferSize];
    }
}
