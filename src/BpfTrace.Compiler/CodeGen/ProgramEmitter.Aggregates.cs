using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>Aggregating maps: one value per CPU, changed where it lies, merged when read. Layouts: <see cref="AggregateType"/>.</content>
internal sealed partial class ProgramEmitter
{
    private void EmitAggregate(BoundAggregate aggregate)
    {
        AggregateType type = aggregate.Map.Aggregate!;
        LLVMValueRef sample = aggregate.Value is { } value ? ToInt64(Scalar(value), TypeFacts.IsSigned(value.Type)) : Int(1);
        LLVMValueRef weight = aggregate.Weight is { } w ? ToInt64(Scalar(w)) : Int(1);
        LLVMValueRef bucket = default;
        LLVMValueRef epoch = default;
        switch (type.Kind)
        {
            case AggregateKind.Hist:
                bucket = LogBucket(sample, type.HistBits);
                break;
            case AggregateKind.LHist:
                bucket = LinearBucket(sample, type);
                break;
            case AggregateKind.TSeries:
                epoch = _builder.BuildUDiv(aggregate.Time is { } time ? Scalar(time) : SoftwareTaiTime(), Int((long)type.IntervalNanoseconds));
                bucket = _builder.BuildURem(epoch, Int(type.IntervalCount));
                break;
        }

        LLVMValueRef key = EmitKey(aggregate.Map, aggregate.Key, bucket);
        LLVMValueRef entry = Lookup(aggregate.Map, key);
        If(
            IsNull(entry),
            () =>
            {
                LLVMValueRef slot = TakeStackSlot((type.Size + 7) / 8 * 8);
                Zero(slot, type.Size);
                AddSample(type, slot, sample, weight, epoch);
                UpdateEntry(aggregate.Map, key, slot, aggregate.Span);
            },
            () => AddSample(type, entry, sample, weight, epoch));
    }

    /// <summary>Adds one sample to one CPU's value.</summary>
    private void AddSample(AggregateType type, LLVMValueRef entry, LLVMValueRef sample, LLVMValueRef weight, LLVMValueRef epoch)
    {
        switch (type.Kind)
        {
            case AggregateKind.Count:
            case AggregateKind.Hist:
            case AggregateKind.LHist:
                AddTo(entry, weight);
                break;
            case AggregateKind.Sum:
                AddTo(entry, sample);
                break;
            case AggregateKind.Min:
            case AggregateKind.Max:
                KeepExtreme(entry, Offset(entry, 8), sample, type.Kind == AggregateKind.Max, type.IsSigned);
                break;
            case AggregateKind.Avg:
            case AggregateKind.Stats:
                AddTo(entry, Int(1));
                AddTo(Offset(entry, 8), sample);
                break;
            case AggregateKind.TSeries:
                AddToInterval(type, entry, sample, epoch);
                break;
        }
    }

    /// <summary>tseries: u64 count, i64 value, u64 epoch; a new epoch starts over.</summary>
    private void AddToInterval(AggregateType type, LLVMValueRef entry, LLVMValueRef sample, LLVMValueRef epoch)
    {
        LLVMValueRef value = Offset(entry, 8);
        LLVMValueRef epochPlace = Offset(entry, 16);
        If(NotEqual(Load(_module.I64, epochPlace), epoch), () =>
        {
            Store(Int(0), entry);
            Store(Int(0), value);
            Store(epoch, epochPlace);
        });
        switch (type.IntervalFunction)
        {
            case AggregateKind.Avg:
            case AggregateKind.Sum:
                AddTo(entry, Int(1));
                AddTo(value, sample);
                break;
            case AggregateKind.Min:
            case AggregateKind.Max:
                KeepExtreme(value, entry, sample, type.IntervalFunction == AggregateKind.Max, type.IsSigned);
                break;
            default:
                // The last value: the count holds its time, so that the CPUs' values can be ordered.
                Store(sample, value);
                Store(BootTime(), entry);
                break;
        }
    }

    private void AddTo(LLVMValueRef place, LLVMValueRef amount) => Store(Add(Load(_module.I64, place), amount), place);

    private void KeepExtreme(LLVMValueRef place, LLVMValueRef isSet, LLVMValueRef sample, bool isMaximum, bool isSigned)
    {
        LLVMIntPredicate predicate = (isMaximum, isSigned) switch
        {
            (true, true) => LLVMIntPredicate.LLVMIntSGT,
            (true, false) => LLVMIntPredicate.LLVMIntUGT,
            (false, true) => LLVMIntPredicate.LLVMIntSLT,
            _ => LLVMIntPredicate.LLVMIntULT,
        };
        LLVMValueRef first = Equal(Load(_module.I64, isSet), Int(0));
        LLVMValueRef better = Compare(predicate, sample, Load(_module.I64, place));
        If(Or(first, better), () =>
        {
            Store(sample, place);
            Store(Int(1), isSet);
        });
    }

    /// <summary>
    /// hist's bucket: 0 for negative values, else 1 + the value below 2^k, else a power of two split in 2^k parts. bpftrace:
    /// codegen_llvm.cpp, createLog2Function.
    /// </summary>
    private LLVMValueRef LogBucket(LLVMValueRef value, int bits)
    {
        LLVMValueRef result = EntryAlloca(_module.I64);
        If(IsNegative(value), () => Store(Int(0), result), () =>
        {
            If(
                Compare(LLVMIntPredicate.LLVMIntULT, value, Int(1L << bits)),
                () => Store(Add(value, 1), result),
                () =>
                {
                    LLVMValueRef power = Log2(value);
                    LLVMValueRef low = And(_builder.BuildLShr(value, Sub(power, Int(bits))), (1L << bits) - 1);
                    LLVMValueRef group = _builder.BuildShl(Add(power, 1 - bits), Int(bits));
                    Store(Add(Or(group, low), 1), result);
                });
        });
        return Load(_module.I64, result);
    }

    /// <summary>The position of the highest bit of a number that is not zero.</summary>
    private LLVMValueRef Log2(LLVMValueRef value)
    {
        LLVMValueRef rest = value;
        LLVMValueRef power = Int(0);
        for (int shift = 32; shift > 0; shift /= 2)
        {
            LLVMValueRef isHigh = Compare(LLVMIntPredicate.LLVMIntUGE, rest, Int(1L << shift));
            LLVMValueRef amount = Select(isHigh, Int(shift), Int(0));
            rest = _builder.BuildLShr(rest, amount);
            power = Or(power, amount);
        }

        return power;
    }

    /// <summary>lhist's bucket: 0 below the minimum, the last above the maximum, 1 + (value - minimum) / step between.</summary>
    private LLVMValueRef LinearBucket(LLVMValueRef value, AggregateType type)
    {
        long last = 1 + ((type.Maximum - type.Minimum) / type.Step);
        LLVMValueRef below = Compare(LLVMIntPredicate.LLVMIntSLT, value, Int(type.Minimum));
        LLVMValueRef above = Compare(LLVMIntPredicate.LLVMIntSGT, value, Int(type.Maximum));
        LLVMValueRef inside = Add(_builder.BuildUDiv(Sub(value, Int(type.Minimum)), Int(type.Step)), 1);
        return Select(below, Int(0), Select(above, Int(last), inside));
    }

    /// <summary>Runs <paramref name="merge"/> on every CPU's value of an entry.</summary>
    private void ForEachCpu(MapSymbol map, LLVMValueRef key, TextSpan span, Action<LLVMValueRef> merge)
    {
        LLVMValueRef counter = EntryAlloca(_module.I64);
        Store(Int(0), counter);
        LLVMBasicBlockRef head = NewBlock(), body = NewBlock(), next = NewBlock(), end = NewBlock();
        Branch(head);
        Position(head);
        LLVMValueRef cpu = Load(_module.I64, counter);
        LLVMValueRef entry = ToPointer(Call(Helper.map_lookup_percpu_elem, KernelMap(map), key, cpu));
        LLVMBasicBlockRef none = NewBlock();
        BranchIf(IsNull(entry), none, body);
        Position(none);
        if (_state.Options.HelperErrors >= HelperErrors.All)
            If(Equal(Load(_module.I64, counter), Int(0)), () => ReportMissing(Helper.map_lookup_percpu_elem, span));
        Branch(end);
        Position(body);
        merge(entry);
        Branch(next);
        Position(next);
        LLVMValueRef following = Add(Load(_module.I64, counter), 1);
        Store(following, counter);
        BranchIf(Compare(LLVMIntPredicate.LLVMIntULT, following, Int(_state.Options.PossibleCpus)), head, end);
        Position(end);
    }

    private LLVMValueRef SumOverCpus(MapSymbol map, LLVMValueRef key, TextSpan span)
    {
        LLVMValueRef total = EntryAlloca(_module.I64);
        LLVMTypeRef type = MemoryType(map.ValueType);
        Store(Int(0), total);
        ForEachCpu(map, key, span, entry => Store(Add(Load(_module.I64, total), ToInt64(Load(type, entry), TypeFacts.IsSigned(map.ValueType))), total));
        return Load(_module.I64, total);
    }

    /// <summary>Writes an entry's value, merged over the CPUs, in the layout of one CPU's.</summary>
    private void StoreMergedValue(BoundMapValue value, LLVMValueRef destination)
    {
        SlotMark mark = Mark();
        MergeInto(value.Map, EmitKey(value.Map, value.Key), value.Span, destination);
        ReleaseTo(mark);
    }

    private void MergeInto(MapSymbol map, LLVMValueRef key, TextSpan span, LLVMValueRef destination)
    {
        if (map.Aggregate is not { } type)
        {
            StoreScalar(Resize(SumOverCpus(map, key, span), RegisterType(map.ValueType), isSigned: false), map.ValueType, destination);
            return;
        }

        Zero(destination, type.Size);
        ForEachCpu(map, key, span, entry =>
        {
            if (type.Kind is AggregateKind.Min or AggregateKind.Max)
            {
                If(NotEqual(Load(_module.I64, Offset(entry, 8)), Int(0)), () =>
                    KeepExtreme(destination, Offset(destination, 8), Load(_module.I64, entry), type.Kind == AggregateKind.Max, type.IsSigned));
                return;
            }

            for (int offset = 0; offset < type.Size; offset += 8)
                AddTo(Offset(destination, offset), Load(_module.I64, Offset(entry, offset)));
        });
    }

    /// <summary>The number an aggregate stands for: count, sum, extreme or average.</summary>
    private LLVMValueRef AggregateNumber(BoundExpression operand, AggregateType type)
    {
        SlotMark mark = Mark();
        LLVMValueRef merged;
        if (operand is BoundMapValue { Map.IsPerCpu: true } value)
        {
            merged = TakeStackSlot((type.Size + 7) / 8 * 8);
            StoreMergedValue(value, merged);
        }
        else
        {
            merged = Materialise(operand);
        }

        LLVMValueRef result = Load(_module.I64, merged);
        if (type.Kind is AggregateKind.Avg or AggregateKind.Stats)
        {
            LLVMValueRef count = Select(Equal(result, Int(0)), Int(1), result);
            result = EmitAverage(Load(_module.I64, Offset(merged, 8)), count, type.IsSigned);
        }

        ReleaseTo(mark);
        return result;
    }

    private LLVMValueRef EmitAverage(LLVMValueRef total, LLVMValueRef count, bool isSigned)
    {
        if (!isSigned)
            return _builder.BuildUDiv(total, count);
        LLVMValueRef negative = IsNegative(total);
        LLVMValueRef magnitude = _builder.BuildUDiv(Select(negative, _builder.BuildNeg(total), total), count);
        return Select(negative, _builder.BuildNeg(magnitude), magnitude);
    }
}
