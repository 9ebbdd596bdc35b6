using System.Runtime.InteropServices;
using System.Text;

namespace LLVMSharp.Interop;

/// <summary>A zero-terminated UTF-8 copy of a string for the length of one call. An empty string costs nothing.</summary>
internal unsafe struct MarshaledString : IDisposable
{
    private byte* _allocated;

    public MarshaledString(ReadOnlySpan<char> input)
    {
        if (input.IsEmpty)
        {
            // A static, zero-terminated empty string in the image: nothing to free.
            Value = (sbyte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(Empty));
            return;
        }

        int capacity = Encoding.UTF8.GetMaxByteCount(input.Length);
        _allocated = (byte*)NativeMemory.Alloc((nuint)capacity + 1);
        Length = Encoding.UTF8.GetBytes(input, new Span<byte>(_allocated, capacity));
        _allocated[Length] = 0;
        Value = (sbyte*)_allocated;
    }

    private static ReadOnlySpan<byte> Empty => "\0"u8;

    public int Length { get; }

    public sbyte* Value { get; private set; }

    public static implicit operator sbyte*(in MarshaledString value) => value.Value;

    public void Dispose()
    {
        NativeMemory.Free(_allocated);
        _allocated = null;
        Value = null;
    }
}
