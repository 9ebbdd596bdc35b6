using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>Functions whose numbers the runtime turns into text: stacks, addresses, times. Layouts: ResolvedTypes.cs.</content>
internal sealed partial class ProgramEmitter
{
    private const int AF_INET = 2;
    private const int AF_INET6 = 10;
    private const long BPF_F_USER_STACK = 1 << 8;
    private const long BPF_F_USER_BUILD_ID = 1 << 11;

    /// <summary>
    /// A stack: its frames go into a map under a hash of them, once; the value is that key, the number of frames and the pid.
    /// </summary>
    private void StoreStack(BoundCall call, LLVMValueRef destination)
    {
        var type = (StackType)call.Type;
        int words = type.Words;
        Store(Int(0), destination);
        Store(Int(0), Offset(destination, 8));
        if (type.IsUser)
            Store(Resize(CurrentPid(isThread: false), _module.I32, isSigned: false), Offset(destination, 12));
        if (words == 0)
            return; // none wanted

        _state.UseStacks(words);
        SlotMark mark = Mark();
        LLVMValueRef frames = FrameSlot(words * 8);

        LLVMValueRef size = Call(Helper.get_stack, _function.Context, frames, Int(words * 8), Int(StackFlags(type)));
        If(Compare(LLVMIntPredicate.LLVMIntSGT, size, Int(0)), () => KeepStack(call, frames, size, destination), () => If(IsNegative(size), () =>
        {
            CheckResult(size, Helper.get_stack, call.Span);
            EmitRuntimeError(type.IsUser ? RuntimeErrorKind.UserStack : RuntimeErrorKind.KernelStack, null, Int(0), call.Span);
        }));
        ReleaseTo(mark);
    }

    /// <summary>Puts the frames taken into their map, and their key and number into the value.</summary>
    private void KeepStack(BoundCall call, LLVMValueRef frames, LLVMValueRef size, LLVMValueRef destination)
    {
        var type = (StackType)call.Type;
        LLVMValueRef map = _module.Map(KernelMaps.Stacks(type.Words));
        LLVMValueRef id = HashFrames(frames, size, type.Words);
        Store(id, destination);
        Store(Resize(_builder.BuildUDiv(size, Int(8 * (type.Words / type.Limit))), _module.I32, isSigned: false), Offset(destination, 8));
        LLVMValueRef key = TakeStackSlot(8);
        Store(id, key);
        LLVMValueRef known = ToPointer(Call(Helper.map_lookup_elem, map, key));
        If(IsNull(known), () =>
        {
            LLVMValueRef result = Call(Helper.map_update_elem, map, key, frames, Int(BPF_ANY));
            CheckResult(result, Helper.map_update_elem, call.Span);
        });
    }

    private static long StackFlags(StackType type) =>
        !type.IsUser ? 0 : type.HasBuildIds ? BPF_F_USER_STACK | BPF_F_USER_BUILD_ID : BPF_F_USER_STACK;

    /// <summary>Hashes the frames taken; never 0. The multiplier is FNV's, the mixing that of splitmix64's first step.</summary>
    private LLVMValueRef HashFrames(LLVMValueRef frames, LLVMValueRef size, int words)
    {
        LLVMValueRef hash = EntryAlloca(_module.I64);
        LLVMValueRef index = EntryAlloca(_module.I64);
        Store(size, hash);
        Store(Int(0), index);
        LLVMBasicBlockRef head = NewBlock(), body = NewBlock(), end = NewBlock();
        Branch(head);
        Position(head);
        LLVMValueRef i = Load(_module.I64, index);
        LLVMBasicBlockRef within = NewBlock();
        BranchIf(Compare(LLVMIntPredicate.LLVMIntULT, i, Int(words * 8)), within, end);
        Position(within);
        BranchIf(Compare(LLVMIntPredicate.LLVMIntULT, i, size), body, end);
        Position(body);
        LLVMValueRef mixed = Mul(Xor(Load(_module.I64, hash), Load(_module.I64, Offset(frames, i))), Int(0x100000001b3));
        Store(Xor(mixed, Shr(mixed, 31)), hash);
        Store(Add(i, 8), index);
        Branch(head);
        Position(end);
        return Or(Load(_module.I64, hash), Int(1));
    }

    private LLVMValueRef EmitStackLength(BoundCall call)
    {
        SlotMark mark = Mark();
        LLVMValueRef stack = Materialise(call.Arguments[0]);
        LLVMValueRef count = Load(_module.I32, Offset(stack, 8));
        ReleaseTo(mark);
        return Result(call, count);
    }

    /// <summary>inet: u32 family, u32 zero, sixteen bytes.</summary>
    private void StoreInet(BoundCall call, LLVMValueRef destination)
    {
        Zero(destination, call.Type.Size, 4);
        BoundExpression address = call.Arguments[^1];
        int size = TypeFacts.InRegister(address.Type) && address.Type is not PointerType ? 4 : address.Type.Size;

        // The family comes from the size when it is not given (0).
        LLVMValueRef family = call.Arguments.Length == 1 || call.Arguments[0] is BoundConstant { Value: 0 }
            ? Int32(size >= 16 ? AF_INET6 : AF_INET)
            : Resize(Scalar(call.Arguments[0]), _module.I32, isSigned: false);
        Store(family, destination);
        LLVMValueRef place = Offset(destination, 8);
        switch (address.Type)
        {
            case PointerType:
                // As many bytes as the family says.
                Location source = LocateTarget(address);
                LLVMValueRef length = Select(Equal(family, Int32(AF_INET6)), Int(16), Int(4));
                Helper helper = ReadHelper(source.Space);
                CheckRead(Call(helper, place, length, AddressOf(source)), helper, call.Span);
                break;
            case var type when TypeFacts.InRegister(type):
                Store(Resize(Scalar(address), _module.I32, isSigned: false), place);
                break;
            default:
                Read(place, Math.Min(size, 16), 1, Locate(address), call.Span);
                break;
        }
    }

    private void StoreMacAddress(BoundCall call, LLVMValueRef destination)
    {
        Location source = SourceOf(call.Arguments[0]);
        if (source.Space == AddressSpace.Program)
            Copy(destination, AddressOf(source), call.Type.Size, 1);
        else
            CheckRead(Call(ReadHelper(source.Space), destination, Int(call.Type.Size), AddressOf(source)), ReadHelper(source.Space), call.Span);
    }

    /// <summary>timestamp and cgroup_path_t: the u64 argument, the u32 index of its format or filter, and a u32 (a time's clock).</summary>
    private void StoreIndexed(BoundCall call, LLVMValueRef destination)
    {
        Store(ToInt64(Scalar(call.Arguments[0]), TypeFacts.IsSigned(call.Arguments[0].Type)), destination);
        (int index, ClockMode mode) = call.Data switch
        {
            int number => (number, ClockMode.Boot),
            ValueTuple<int, ClockMode> both => both,
            _ => throw Unexpected(call),
        };
        Store(Int32(index), Offset(destination, 8));
        Store(Int32(call.Type is TimestampType ? (int)mode : 0), Offset(destination, 12));
    }
}
