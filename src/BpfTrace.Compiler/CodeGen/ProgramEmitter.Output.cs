using BpfTrace.Compiler.Layout;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>
/// Output records. One of few plain numbers is written straight into the ring buffer; any other is put together in the frame and
/// copied with its real length, so that a short string costs what it has bytes. A record that does not fit is counted.
/// </content>
internal sealed partial class ProgramEmitter
{
    private const int DirectValueLimit = 6;

    private void EmitOutput(BoundOutput output)
    {
        if (output.Site.Kind == OutputKind.Printf && IsPinnedIterator)
        {
            EmitSequenceText(output);
            return;
        }

        EventLayout layout = _state.LayoutOf(output.Site);
        bool isPlain = output.Arguments.Length <= DirectValueLimit && layout.Fields.All(field => TypeFacts.InRegister(field.Type));
        if (isPlain)
        {
            var values = new LLVMValueRef[output.Arguments.Length];
            for (int i = 0; i < values.Length; i++)
                values[i] = Scalar(output.Arguments[i]);
            EmitDirectRecord(output.Site, layout, values);
        }
        else
        {
            EmitPackedRecord(output, layout);
        }

        if (output.Site.Kind == OutputKind.Exit)
            EmitStatementCore(new BoundReturn(output.Span, null));
    }

    /// <summary>A record with one number, made by the compiler itself.</summary>
    private void EmitSimpleRecord(OutputSite site, LLVMValueRef value) =>
        EmitDirectRecord(site, _state.LayoutOf(site), [ToInt64(value, isSigned: true)]);

    private void EmitDirectRecord(OutputSite site, EventLayout layout, LLVMValueRef[] values)
    {
        // The header's values first: between reserve and submit nothing may leave.
        HeaderValues header = EmitHeaderValues();
        LLVMValueRef record = ToPointer(Call(Helper.ringbuf_reserve, _module.Map(KernelMaps.RingBuffer), Int(layout.FixedSize), Int(0)));
        If(
            IsNull(record),
            CountLoss,
            () =>
            {
                StoreHeader(record, site, header);
                for (int i = 0; i < values.Length; i++)
                    StoreScalar(values[i], layout.Fields[i].Type, Offset(record, layout.Fields[i].Offset));

                Call(Helper.ringbuf_submit, record, Int(0));
                if (site.Kind == OutputKind.Exit)
                    MarkExited();
            });
    }

    private void EmitPackedRecord(BoundOutput output, EventLayout layout)
    {
        // A NUL follows each packed text while it is written, so one byte more than the largest record.
        LLVMValueRef record = FrameSlot(layout.MaximumSize + 8);
        LLVMValueRef end = Int(layout.FixedSize);
        LLVMBasicBlockRef done = NewBlock();
        for (int i = 0; i < output.Arguments.Length; i++)
        {
            EventField field = layout.Fields[i];
            LLVMValueRef place = Offset(record, field.Offset);
            if (!field.IsPacked)
            {
                SlotMark mark = Mark();
                StoreValue(output.Arguments[i], place, clean: false);
                ReleaseTo(mark);
                continue;
            }

            end = Add(end, EmitPackedValue(output.Arguments[i], place, Offset(record, end), done));
        }

        StoreHeader(record, output.Site, EmitHeaderValues());
        LLVMValueRef result = Call(Helper.ringbuf_output, _module.Map(KernelMaps.RingBuffer), record, end, Int(0));
        If(IsNegative(result), CountLoss);
        Branch(done);
        Position(done);
    }

    /// <summary>Writes a text or buffer after the fixed part, and its length into it.</summary>
    /// <returns>The length, which the verifier knows to be at most the capacity.</returns>
    private LLVMValueRef EmitPackedValue(BoundExpression value, LLVMValueRef lengthPlace, LLVMValueRef destination, LLVMBasicBlockRef bail)
    {
        SlotMark mark = Mark();
        int capacity = value.Type is StringType text ? text.Capacity : ((BufferType)value.Type).Capacity;
        LLVMValueRef length = value.Type is StringType ? PackString(value, destination) : PackBuffer(value, destination);
        ReleaseTo(mark);
        if (length.IsAConstantInt.Handle != IntPtr.Zero)
        {
            Store(Resize(length, _module.I32, isSigned: false), lengthPlace);
            return length;
        }

        // Through memory, so that the verifier knows the same of it on every path: otherwise each text would double what it walks.
        StoreVolatile(Resize(length, _module.I32, isSigned: false), lengthPlace);
        LLVMValueRef known = ToInt64(LoadVolatile(_module.I32, lengthPlace));
        LLVMBasicBlockRef fits = NewBlock();
        BranchIf(Compare(LLVMIntPredicate.LLVMIntULE, known, Int(capacity)), fits, bail);
        Position(fits);
        return known;
    }

    /// <summary>Copies a buffer's bytes, without its length, for a record.</summary>
    private LLVMValueRef PackBuffer(BoundExpression expression, LLVMValueRef destination)
    {
        int capacity = ((BufferType)expression.Type).Capacity;
        if (expression is BoundCall call && FunctionTable.Pack(this, call, destination) is { } packed)
            return packed;
        LLVMValueRef buffer = Materialise(expression);

        // A load of its own: out of the register that holds more of the buffer, what is compared would be another one than what is passed.
        LLVMValueRef length = ToInt64(LoadVolatile(_module.I32, buffer));
        LLVMValueRef bounded = Select(Compare(LLVMIntPredicate.LLVMIntULT, length, Int(capacity)), length, Int(capacity));
        Call(Helper.probe_read_kernel, destination, bounded, Offset(buffer, 4));
        return bounded;
    }

    private HeaderValues EmitHeaderValues()
    {
        LLVMValueRef cpu = Call(Helper.get_smp_processor_id);
        LLVMValueRef time = BootTime();
        LLVMValueRef target = _probe.Targets.Length > 1 && HasCookie(_probe.Type)
            ? Add(Call(Helper.get_attach_cookie, _function.Context), _probe.FirstTargetIndex)
            : Int(_probe.FirstTargetIndex);
        return new HeaderValues(cpu, time, target);
    }

    private static bool HasCookie(ProbeType type) => type is not (ProbeType.Begin or ProbeType.End or ProbeType.Self or ProbeType.Test
        or ProbeType.Bench or ProbeType.RawTracepoint or ProbeType.Iter);

    private void StoreHeader(LLVMValueRef record, OutputSite site, in HeaderValues header)
    {
        Store(Int32(site.Id), Offset(record, EventHeader.SiteId));
        Store(Resize(header.Cpu, _module.I32, isSigned: false), Offset(record, EventHeader.Cpu));
        Store(header.Time, Offset(record, EventHeader.Time));

        // The u32 of the target and the u32 of zero in one.
        Store(And(header.Target, 0xffffffff), Offset(record, EventHeader.Target));
    }

    /// <summary>Counts a record that found no room.</summary>
    private void CountLoss()
    {
        SlotMark mark = Mark();
        CountLoss(TakeStackSlot(8));
        ReleaseTo(mark);
    }

    private void CountLoss(LLVMValueRef key)
    {
        Store(Int32(0), key);
        LLVMValueRef counter = ToPointer(Call(Helper.map_lookup_elem, _module.Map(KernelMaps.LossCounter), key));
        If(IsNull(counter), () => { }, () => _builder.BuildAtomicRMW(
            LLVMAtomicRMWBinOp.LLVMAtomicRMWBinOpAdd, counter, Int(1), LLVMAtomicOrdering.LLVMAtomicOrderingMonotonic, false));
    }

    private readonly record struct HeaderValues(LLVMValueRef Cpu, LLVMValueRef Time, LLVMValueRef Target);
}
