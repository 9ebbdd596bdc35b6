using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>join: the texts an array of pointers points to.</content>
internal sealed partial class ProgramEmitter
{
    // bpftrace: join_argnum_ and join_argsize_.
    private const int JoinArgumentCount = 16;
    private const int JoinArgumentSize = 1024;

    private void StoreJoin(BoundCall call, LLVMValueRef destination)
    {
        LLVMValueRef length = PackJoin(call, Offset(destination, 4));
        Store(Resize(length, _module.I32, isSigned: false), destination);
    }

    /// <summary>Writes the texts one after the other, a NUL between two; stops at a null pointer or when the room is used up.</summary>
    private LLVMValueRef PackJoin(BoundCall call, LLVMValueRef destination)
    {
        int capacity = ((BufferType)call.Type).Capacity;
        int piece = Math.Min(JoinArgumentSize, capacity);
        Location array = SourceOf(call.Arguments[0]);
        Helper readString = ReadStringHelper(array.Space);

        // The end is kept in memory: every path to the next text looks the same to the verifier.
        LLVMValueRef end = FrameSlot(8);
        StoreVolatile(Int(0), end);
        LLVMBasicBlockRef done = NewBlock();
        for (int i = 0; i < JoinArgumentCount; i++)
        {
            LLVMValueRef pointer = LoadInteger(array.Plus(8 * i), _module.I64, 8, call.Span);
            LLVMBasicBlockRef given = NewBlock(), room = NewBlock(), read = NewBlock();
            BranchIf(Equal(pointer, Int(0)), done, given);
            Position(given);
            LLVMValueRef at = LoadVolatile(_module.I64, end);
            BranchIf(Compare(LLVMIntPredicate.LLVMIntULE, at, Int(capacity - piece)), room, done);
            Position(room);
            LLVMValueRef result = Call(readString, Offset(destination, at), Int(piece), ToPointer(pointer));
            CheckRead(result, readString, call.Span);
            BranchIf(Compare(LLVMIntPredicate.LLVMIntSGT, result, Int(0)), read, done);
            Position(read);
            StoreVolatile(Add(at, result), end);
        }

        Branch(done);
        Position(done);
        LLVMValueRef written = LoadVolatile(_module.I64, end);
        return Select(Equal(written, Int(0)), Int(0), Sub(written, Int(1)));
    }
}
