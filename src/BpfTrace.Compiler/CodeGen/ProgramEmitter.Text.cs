using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>Functions: text and bytes.</content>
internal sealed partial class ProgramEmitter
{
    /// <summary>Where the text or bytes of an argument lie: what a number or pointer points to, or the value itself.</summary>
    private Location SourceOf(BoundExpression argument) => argument.Type switch
    {
        PointerType => LocateTarget(argument),
        _ when TypeFacts.InRegister(argument.Type) => new Location(ToPointer(ToInt64(Scalar(argument))), 0, Resolve(AddressSpace.None)),
        _ => Locate(argument),
    };

    /// <summary>str(p, n): at most n bytes are read, the NUL included.</summary>
    private void StoreStr(BoundCall call, LLVMValueRef destination, bool clean)
    {
        int capacity = ((StringType)call.Type).Capacity;
        Location source = SourceOf(call.Arguments[0]);
        if (clean)
            Zero(destination, capacity, 1);
        if (IsWholeString(call))
        {
            ReadString(destination, capacity, source, int.MaxValue - 1, call.Span, room: false);
            return;
        }

        Helper helper = ReadStringHelper(source.Space);
        LLVMValueRef size = Bounded(call.Arguments[1], capacity);
        Store(Constant(_module.I8, 0), destination);
        CheckRead(Call(helper, destination, size, AddressOf(source)), helper, call.Span);
    }

    private LLVMValueRef PackStr(BoundCall call, LLVMValueRef destination)
    {
        int capacity = ((StringType)call.Type).Capacity;
        Location source = SourceOf(call.Arguments[0]);
        LLVMValueRef size = IsWholeString(call) ? Int(capacity + 1) : Bounded(call.Arguments[1], capacity);
        Helper helper = ReadStringHelper(source.Space);
        LLVMValueRef result = Call(helper, destination, size, AddressOf(source));
        CheckRead(result, helper, call.Span);
        return LengthOf(result);
    }

    /// <summary>
    /// True when one byte more than max_strlen is read, to see whether the text goes on. As bpftrace (Config::pad_max_strlen) not from
    /// 1024 bytes on: there the NUL is the last byte that fits, and a text that is longer does not show it.
    /// </summary>
    private bool IsWholeString(BoundCall call)
    {
        int most = _state.Program.Config.MaxStrlen;
        return call.Arguments.Length == 1
            || (most < 1024 && call.Type.Size == most && call.Arguments[1] is BoundConstant limit && (ulong)limit.Value > (ulong)most);
    }

    /// <summary>A length, cut to a limit in a way the verifier understands.</summary>
    private LLVMValueRef Bounded(BoundExpression length, long limit)
    {
        if (length is BoundConstant constant)
            return Int((long)Math.Min((ulong)constant.Value, (ulong)limit));
        LLVMValueRef value = ToInt64(Scalar(length), TypeFacts.IsSigned(length.Type));
        return Select(Compare(LLVMIntPredicate.LLVMIntULT, value, Int(limit)), value, Int(limit));
    }

    /// <summary>buf(p, n): u32 length, then the bytes.</summary>
    private void StoreBuf(BoundCall call, LLVMValueRef destination, bool clean)
    {
        int capacity = ((BufferType)call.Type).Capacity;
        Location source = SourceOf(call.Arguments[0]);
        LLVMValueRef length = BufferLength(call, capacity);
        if (clean)
            Zero(destination, call.Type.Size, 4);
        Store(Resize(length, _module.I32, isSigned: false), destination);
        ReadBytes(Offset(destination, 4), length, source, call);
    }

    private LLVMValueRef PackBuf(BoundCall call, LLVMValueRef destination)
    {
        Location source = SourceOf(call.Arguments[0]);
        LLVMValueRef length = BufferLength(call, ((BufferType)call.Type).Capacity);
        ReadBytes(destination, length, source, call);
        return length;
    }

    private LLVMValueRef BufferLength(BoundCall call, int capacity) =>
        call.Arguments.Length > 1 ? Bounded(call.Arguments[1], capacity) : Int(capacity);

    private void ReadBytes(LLVMValueRef destination, LLVMValueRef length, in Location source, BoundCall call)
    {
        Helper helper = ReadHelper(source.Space);
        CheckRead(Call(helper, destination, length, AddressOf(source)), helper, call.Span);
    }

    private void StorePath(BoundCall call, LLVMValueRef destination, bool clean)
    {
        int capacity = call.Type.Size;
        Location source = SourceOf(call.Arguments[0]);
        if (clean)
            Zero(destination, capacity, 1);
        else
            Store(Constant(_module.I8, 0), destination);
        CheckResult(Call(Helper.d_path, AddressOf(source), destination, Int(capacity)), Helper.d_path, call.Span);
    }

    /// <summary>strncmp(a, b, n): 0 when the first n bytes, or all up to a NUL, are the same.</summary>
    private LLVMValueRef EmitCompareText(BoundCall call)
    {
        BoundExpression a = call.Arguments[0];
        BoundExpression b = call.Arguments[1];
        int limit = call.Arguments.Length > 2 && call.Arguments[2] is BoundConstant constant ? (int)Math.Clamp(constant.Value, 0, int.MaxValue) : int.MaxValue;
        SlotMark mark = Mark();
        LLVMValueRef equal = limit == 0 ? Bool(true) : CompareText(a, b, limit);
        ReleaseTo(mark);
        return Result(call, ToInt64(Equal(equal, Bool(false))));
    }

    private LLVMValueRef CompareText(BoundExpression a, BoundExpression b, int limit)
    {
        if (a is BoundString && b is not BoundString)
            (a, b) = (b, a);
        if (b is BoundString text && a is not BoundString)
        {
            int capacity = a.Type.Size;
            int compared = Math.Min(limit, text.Value.Length + 1);
            if (Math.Min(limit, text.Value.Length) > capacity)
                return Bool(false);
            return EqualsBytes(Materialise(a), text.Value.AsSpan()[..Math.Min(compared, text.Value.Length)], Math.Min(compared, capacity));
        }

        LLVMValueRef left = Materialise(a);
        LLVMValueRef right = Materialise(b);
        return EqualStrings(left, a.Type.Size, right, b.Type.Size, limit);
    }

    /// <summary>strerror(n) and others that have a text for each number.</summary>
    private void StoreName(BoundCall call, LLVMValueRef destination)
    {
        LLVMValueRef table = _module.NameTable(call.Function.Name, out int count);
        LLVMValueRef number = ToInt64(Scalar(call.Arguments[0]), TypeFacts.IsSigned(call.Arguments[0].Type));
        if (call.Function.Name == "strerror")
            number = Select(IsNegative(number), _builder.BuildNeg(number), number);
        LLVMValueRef index = Select(Compare(LLVMIntPredicate.LLVMIntULT, number, Int(count)), number, Int(count));
        Copy(destination, Offset(table, Mul(index, Int(NameTables.SlotSize))), NameTables.SlotSize, 1);
    }

    // The names of this program's probes by their cookies, slots of equal size; made for the first use of probe.
    private LLVMValueRef _probeNames;

    /// <summary><c>probe</c> of a program for many probes: the attach cookie is the number of the one that fired.</summary>
    private void StoreProbeName(BoundCall call, LLVMValueRef destination)
    {
        int size = call.Type.Size;
        if (_probeNames.Handle == IntPtr.Zero)
        {
            var slots = new byte[size * _probe.Targets.Length];
            for (int i = 0; i < _probe.Targets.Length; i++)
                System.Text.Encoding.UTF8.GetBytes(_probe.Targets[i].FullName, slots.AsSpan(i * size, size));
            _probeNames = _module.AddConstant("probes_of_" + _probe.Name, slots);
        }

        LLVMValueRef cookie = Call(Helper.get_attach_cookie, _function.Context);
        LLVMValueRef index = Select(Compare(LLVMIntPredicate.LLVMIntULT, cookie, Int(_probe.Targets.Length)), cookie, Int(0));
        Call(Helper.probe_read_kernel, destination, Int(size), Offset(_probeNames, Mul(index, Int(size))));
    }

    /// <summary>str_concat(a, b): the second text is read to where the first one ends.</summary>
    private void StoreConcatenation(BoundCall call, LLVMValueRef destination, bool clean)
    {
        int first = call.Arguments[0].Type.Size;
        int second = call.Arguments[1].Type.Size;
        SlotMark mark = Mark();
        int room = Math.Max(first + second + 1, call.Type.Size);
        LLVMValueRef text = FrameSlot(room);
        if (clean)
            Zero(text, room, 1);
        LLVMValueRef length = ReadWhole(call.Arguments[0], text, first);
        LLVMValueRef end = Select(Compare(LLVMIntPredicate.LLVMIntULT, length, Int(first)), length, Int(first));
        ReadWhole(call.Arguments[1], Offset(text, end), second);

        // As bpftrace's (strings.bpf.c): the NUL is one of the bytes, so that what was too long does not show it.
        Store(Constant(_module.I8, 0), Offset(text, call.Type.Size - 1));
        Copy(destination, text, call.Type.Size, 1);
        ReleaseTo(mark);
    }

    /// <summary>Reads a text and a NUL.</summary>
    /// <returns>Its length; not known to the verifier.</returns>
    private LLVMValueRef ReadWhole(BoundExpression expression, LLVMValueRef destination, int capacity)
    {
        LLVMValueRef source = Materialise(expression);
        return LengthOf(Call(Helper.probe_read_kernel_str, destination, Int(capacity + 1), source));
    }

    /// <summary>memcmp(a, b, n): the difference of the first bytes that differ, as signed ones; 0 when there are none.</summary>
    private LLVMValueRef EmitCompareMemory(BoundCall call)
    {
        SlotMark mark = Mark();
        int shared = Math.Min(call.Arguments[0].Type.Size, call.Arguments[1].Type.Size);
        LLVMValueRef left = BytesOf(call.Arguments[0]);
        LLVMValueRef right = BytesOf(call.Arguments[1]);
        LLVMValueRef count = Bounded(call.Arguments[2], shared);
        LLVMValueRef result = EntryAlloca(_module.I64);
        LLVMValueRef index = EntryAlloca(_module.I64);
        Store(Int(0), result);
        Store(Int(0), index);
        LLVMBasicBlockRef head = NewBlock(), within = NewBlock(), body = NewBlock(), differ = NewBlock(), next = NewBlock(), end = NewBlock();
        Branch(head);
        Position(head);
        LLVMValueRef i = Load(_module.I64, index);
        BranchIf(Compare(LLVMIntPredicate.LLVMIntULT, i, Int(shared)), within, end);
        Position(within);
        BranchIf(Compare(LLVMIntPredicate.LLVMIntULT, i, count), body, end);
        Position(body);
        LLVMValueRef x = Load(_module.I8, Offset(left, i));
        LLVMValueRef y = Load(_module.I8, Offset(right, i));
        BranchIf(Equal(x, y), next, differ);
        Position(differ);
        Store(Sub(ToInt64(x, isSigned: true), ToInt64(y, isSigned: true)), result);
        Branch(end);
        Position(next);
        Store(Add(i, 1), index);
        Branch(head);
        Position(end);
        ReleaseTo(mark);
        return Result(call, Load(_module.I64, result));
    }

    /// <summary>A value's bytes in own memory, clean to the last.</summary>
    private LLVMValueRef BytesOf(BoundExpression expression)
    {
        LLVMValueRef slot = SlotFor(expression.Type);
        StoreValue(expression, slot, clean: true);
        return slot;
    }

    private LLVMValueRef EmitStringLength(BoundCall call)
    {
        SlotMark mark = Mark();
        int capacity = call.Arguments[0].Type.Size;
        LLVMValueRef text = Materialise(call.Arguments[0]);
        LLVMValueRef copy = Slot(capacity + 1);
        LLVMValueRef length = LengthOf(Call(Helper.probe_read_kernel_str, copy, Int(capacity + 1), text));
        ReleaseTo(mark);
        return Result(call, length);
    }

    /// <summary>debugf: to the kernel's trace pipe. Its numbers are 64 bits wide, which the helper wants said.</summary>
    private void EmitDebug(BoundCall call)
    {
        byte[] text = KernelFormat((FormatString)call.Data!);
        SlotMark mark = Mark();
        LLVMValueRef memory = FrameSlot(text.Length);
        StoreBytes(text, memory, text.Length);
        var values = new LLVMValueRef[3];
        for (int i = 0; i < call.Arguments.Length; i++)
        {
            BoundExpression argument = call.Arguments[i];
            values[i] = TypeFacts.InRegister(argument.Type)
                ? ToInt64(Scalar(argument), TypeFacts.IsSigned(argument.Type))
                : Materialise(argument);
        }

        Call(Helper.trace_printk, memory, Int(text.Length), values[0], values[1], values[2]);
        ReleaseTo(mark);
    }

    private LLVMValueRef EmitByteSwap(BoundCall call)
    {
        LLVMValueRef value = Scalar(call.Arguments[0]);
        uint bits = value.TypeOf.IntWidth;
        if (bits <= 8)
            return Result(call, value);
        LLVMValueRef swapped = Constant(value.TypeOf, 0);
        for (int shift = 0; shift < bits; shift += 8)
        {
            LLVMValueRef part = And(shift == 0 ? value : Shr(value, shift), 0xff);
            int target = (int)bits - 8 - shift;
            swapped = Or(swapped, target == 0 ? part : Shl(part, target));
        }

        return Result(call, swapped);
    }
}
