using System.Collections.Immutable;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>
/// Strings. One of capacity C is C bytes of memory: the text, a NUL, anything. A text of C bytes or more fills all C and has no NUL:
/// that is how a reader knows it was cut (bpftrace: types_format.cpp, "truncated").
/// </content>
internal sealed partial class ProgramEmitter
{
    /// <summary>Copies a NUL-terminated text from anywhere. What cannot be read is the empty string.</summary>
    /// <param name="destination">Own memory.</param>
    /// <param name="capacity">The destination's capacity.</param>
    /// <param name="source">Where the text lies.</param>
    /// <param name="sourceCapacity">How far the text may reach there; no NUL needs to follow it.</param>
    /// <param name="span">The place to blame.</param>
    /// <param name="room">True when the destination has one byte more than its capacity.</param>
    private void ReadString(LLVMValueRef destination, int capacity, in Location source, int sourceCapacity, TextSpan span, bool room)
    {
        int size = Math.Min(capacity, sourceCapacity) + 1;
        bool cut = !room && size > capacity;
        Helper helper = ReadStringHelper(source.Space);
        LLVMValueRef address = AddressOf(source);
        LLVMValueRef result = Call(helper, destination, Int(cut ? capacity : size), address);
        CheckRead(result, helper, span);

        // The helper ends with a NUL in any case; where the text reaches to the end, its own last byte goes there.
        if (cut)
        {
            Helper byteHelper = ReadHelper(source.Space);
            If(Equal(result, Int(capacity)), () => Call(byteHelper, Offset(destination, capacity - 1), Int(1), Offset(address, capacity - 1)));
        }
    }

    private void StoreString(BoundString text, LLVMValueRef destination, bool clean)
    {
        int capacity = ((StringType)text.Type).Capacity;
        int length = Math.Min(text.Value.Length, capacity);
        if (clean && capacity > length + 8)
            Zero(destination, capacity, 1);
        int written = clean && capacity <= length + 8 ? capacity : Math.Min(length + 1, capacity);
        StoreBytes(text.Value.AsSpan()[..length], destination, written);
    }

    /// <summary>Stores constant bytes, zeros after them up to a size.</summary>
    private void StoreBytes(ReadOnlySpan<byte> bytes, LLVMValueRef destination, int size)
    {
        for (int offset = 0; offset < size;)
        {
            int step = PieceAt(offset, size);
            ulong piece = 0;
            for (int i = 0; i < step && offset + i < bytes.Length; i++)
                piece |= (ulong)bytes[offset + i] << (8 * i);
            Store(LLVMValueRef.CreateConstInt(IntegerOf(step * 8), piece), Offset(destination, offset));
            offset += step;
        }
    }

    /// <summary>Writes a text for a record, with room for a NUL after it.</summary>
    /// <returns>Its length in bytes, 0 to the capacity, as i64. Not known to the verifier.</returns>
    private LLVMValueRef PackString(BoundExpression expression, LLVMValueRef destination)
    {
        int capacity = ((StringType)expression.Type).Capacity;
        switch (expression)
        {
            case BoundString text:
                int length = Math.Min(text.Value.Length, capacity);
                StoreBytes(text.Value.AsSpan()[..length], destination, length);
                return Int(length);
            case BoundCall call when FunctionTable.Pack(this, call, destination) is { } packed:
                return packed;
            default:
                Location source = Locate(expression);
                Helper helper = ReadStringHelper(source.Space);
                LLVMValueRef result = Call(helper, destination, Int(capacity + 1), AddressOf(source));
                CheckRead(result, helper, expression.Span);
                return LengthOf(result);
        }
    }

    /// <summary>A string helper's result as a length: without the NUL, 0 for a failure.</summary>
    internal LLVMValueRef LengthOf(LLVMValueRef result) =>
        Select(Compare(LLVMIntPredicate.LLVMIntSGT, result, Int(0)), Sub(result, Int(1)), Int(0));

    private LLVMValueRef EmitStringEquality(BoundBinary binary) => (binary.Left, binary.Right) switch
    {
        (BoundString a, BoundString b) => Bool(a.Value.AsSpan().SequenceEqual(b.Value.AsSpan())),
        (_, BoundString text) => EqualsText(binary.Left, text.Value),
        (BoundString text, _) => EqualsText(binary.Right, text.Value),
        _ => EqualStrings(Materialise(binary.Left), binary.Left.Type.Size, Materialise(binary.Right), binary.Right.Type.Size, int.MaxValue),
    };

    private LLVMValueRef EqualsText(BoundExpression expression, ImmutableArray<byte> text)
    {
        int capacity = expression.Type.Size;
        if (text.Length > capacity)
            return Bool(false);
        return EqualsBytes(Materialise(expression), text.AsSpan(), Math.Min(text.Length + 1, capacity));
    }

    /// <summary>Whether own memory starts with these bytes, zeros after them up to a size.</summary>
    internal LLVMValueRef EqualsBytes(LLVMValueRef memory, ReadOnlySpan<byte> bytes, int size)
    {
        LLVMValueRef difference = Int(0);
        for (int offset = 0; offset < size;)
        {
            int step = PieceAt(offset, size);
            ulong piece = 0;
            for (int i = 0; i < step && offset + i < bytes.Length; i++)
                piece |= (ulong)bytes[offset + i] << (8 * i);
            LLVMTypeRef type = IntegerOf(step * 8);
            LLVMValueRef value = Load(type, Offset(memory, offset));
            difference = Or(difference, ToInt64(Xor(value, LLVMValueRef.CreateConstInt(type, piece))));
            offset += step;
        }

        return Equal(difference, Int(0));
    }

    /// <summary>Compares two texts in own memory up to a NUL, their capacities or a limit. The loop's bound is constant: the verifier walks it.</summary>
    internal LLVMValueRef EqualStrings(LLVMValueRef left, int leftCapacity, LLVMValueRef right, int rightCapacity, int limit)
    {
        int shared = Math.Min(Math.Min(leftCapacity, rightCapacity), limit);
        LLVMValueRef result = EntryAlloca(_module.I1);
        LLVMValueRef index = EntryAlloca(_module.I64);
        Store(Bool(false), result);
        Store(Int(0), index);
        LLVMBasicBlockRef head = NewBlock(), same = NewBlock(), next = NewBlock(), equal = NewBlock(), end = NewBlock();
        Branch(head);

        Position(head);
        LLVMValueRef i = Load(_module.I64, index);
        LLVMValueRef x = Load(_module.I8, Offset(left, i));
        LLVMValueRef y = Load(_module.I8, Offset(right, i));
        BranchIf(Equal(x, y), same, end);

        Position(same);
        BranchIf(Equal(x, Constant(_module.I8, 0)), equal, next);

        Position(next);
        LLVMValueRef following = Add(i, 1);
        Store(following, index);
        LLVMBasicBlockRef full = NewBlock();
        BranchIf(Compare(LLVMIntPredicate.LLVMIntULT, following, Int(shared)), head, full);

        // Both are alike over the shared capacity; the larger one must end there.
        Position(full);
        if (shared == limit || leftCapacity == rightCapacity)
        {
            Branch(equal);
        }
        else
        {
            LLVMValueRef longer = leftCapacity > rightCapacity ? left : right;
            BranchIf(Equal(Load(_module.I8, Offset(longer, shared)), Constant(_module.I8, 0)), equal, end);
        }

        Position(equal);
        Store(Bool(true), result);
        Branch(end);
        Position(end);
        return Load(_module.I1, result);
    }
}
