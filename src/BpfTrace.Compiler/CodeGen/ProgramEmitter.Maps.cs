using BpfTrace.Compiler.Layout;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>Map reads and writes. Aggregates are in the part of that name.</content>
internal sealed partial class ProgramEmitter
{
    private const int BPF_ANY = 0;

    /// <summary>
    /// The kernel's map: known when loaded, or the one that is in the map's slot now. A program that takes it twice may get two: what it creates in the
    /// second is then one CPU's first value there, which is right.
    /// </summary>
    private LLVMValueRef KernelMap(MapSymbol map)
    {
        string name = _state.LayoutOf(map).KernelName;
        if (!_state.Options.SwappableMaps)
            return _module.Map(name);
        SlotMark mark = Mark();
        LLVMValueRef index = TakeStackSlot(8);
        Store(Int32(0), index);
        LLVMValueRef inner = ToPointer(Call(Helper.map_lookup_elem, _module.Map(KernelMaps.Slot(name)), index));
        ReleaseTo(mark);

        // The slot is never empty, which the verifier cannot know.
        LLVMBasicBlockRef found = NewBlock();
        BranchIf(IsNull(inner), _function.Exit, found);
        Position(found);
        return inner;
    }

    /// <summary>The key in memory, clean to the last byte.</summary>
    /// <param name="map">The map.</param>
    /// <param name="key">The script's key; null for a scalar map.</param>
    /// <param name="bucket">The bucket of an aggregate that has them.</param>
    private LLVMValueRef EmitKey(MapSymbol map, BoundExpression? key, LLVMValueRef bucket = default)
    {
        MapLayout layout = _state.LayoutOf(map);
        bool hasBucket = layout.BucketOffset >= 0;
        if (key is null && !hasBucket)
        {
            LLVMValueRef index = TakeStackSlot(8);
            Store(Int32(0), index);
            return index;
        }

        // Texts take one byte too many while they are read.
        bool isText = key is not null && !TypeFacts.InRegister(key.Type);
        LLVMValueRef slot = key is { Type: TupleType } ? FrameOrStack(key.Type, layout.KeySize) : Slot(layout.KeySize + (isText ? 1 : 0));
        if (key is not null)
        {
            if (hasBucket && key.Type.Size != layout.BucketOffset)
                Store(Int(0), Offset(slot, layout.BucketOffset - 8));
            StoreValue(key, slot, clean: true);
        }

        if (hasBucket)
            Store(bucket, Offset(slot, layout.BucketOffset));
        return slot;
    }

    private LLVMValueRef FrameOrStack(BpfType type, int size) =>
        type is TupleType tuple && tuple.Fields.Any(field => field.Type.Alignment != field.Type.Size) ? FrameSlot(size) : Slot(size);

    /// <summary>The address of an entry's value, null when there is none.</summary>
    private LLVMValueRef Lookup(MapSymbol map, LLVMValueRef key) => ToPointer(Call(Helper.map_lookup_elem, KernelMap(map), key));

    /// <summary>The entry <c>@m[k]</c> as a number; a missing one is zero.</summary>
    private LLVMValueRef ReadMapScalar(BoundMapValue value)
    {
        SlotMark mark = Mark();
        LLVMValueRef key = EmitKey(value.Map, value.Key);
        if (value.Map.IsPerCpu)
        {
            LLVMValueRef total = SumOverCpus(value.Map, key, value.Span);
            ReleaseTo(mark);
            return value.Type is BoolType ? NotEqual(total, Int(0)) : Resize(total, RegisterType(value.Type), isSigned: false);
        }

        LLVMValueRef found = Lookup(value.Map, key);
        LLVMTypeRef type = MemoryType(value.Type);
        LLVMValueRef result = Choose(IsNull(found), type, () => MissingEntry(type, value), () => Load(type, found));
        ReleaseTo(mark);
        return value.Type is BoolType ? NotEqual(result, Constant(type, 0)) : result;
    }

    private LLVMValueRef MissingEntry(LLVMTypeRef type, BoundMapValue value)
    {
        ReportMissing(Helper.map_lookup_elem, value.Span);
        return Constant(type, 0);
    }

    /// <summary>The entry <c>@m[k]</c> where it lies in the map; a missing one is zeroed memory.</summary>
    private Location LocateMapValue(BoundMapValue value)
    {
        LLVMValueRef key = EmitKey(value.Map, value.Key);
        LLVMValueRef found = Lookup(value.Map, key);

        // Copied, so that the entry may be deleted or changed before the value is used, and stays what it was.
        LLVMValueRef slot = SlotFor(value.Type);
        If(
            IsNull(found),
            () =>
            {
                Zero(slot, value.Type.Size);
                ReportMissing(Helper.map_lookup_elem, value.Span);
            },
            () => Copy(slot, found, value.Type.Size, Math.Min(value.Type.Alignment, 8)));
        if (value.Type is StringType type)
            Store(Constant(_module.I8, 0), Offset(slot, type.Capacity));
        return new Location(slot, 0, AddressSpace.Program);
    }

    private LLVMValueRef EmitMapValueAddress(BoundMapValue value) =>
        PlainNumber(ToAddress(Lookup(value.Map, EmitKey(value.Map, value.Key))));

    private void AssignMap(BoundAssignMap assignment)
    {
        MapSymbol map = assignment.Map;
        BpfType type = map.ValueType;
        if (TypeFacts.InRegister(type))
        {
            // bpftrace's order: the value is computed before the key.
            LLVMValueRef value = Scalar(assignment.Value);
            LLVMValueRef key = EmitKey(map, assignment.Key);
            StoreEntry(map, key, value, assignment.Span);
            return;
        }

        LLVMValueRef slot = SlotFor(type);
        StoreValue(assignment.Value, slot, clean: type is not StringType);
        LLVMValueRef keyMemory = EmitKey(map, assignment.Key);
        UpdateEntry(map, keyMemory, slot, assignment.Span);
    }

    /// <summary>Sets an entry to a number: in place in an array, else by an update.</summary>
    private void StoreEntry(MapSymbol map, LLVMValueRef key, LLVMValueRef value, TextSpan span)
    {
        if (map.Storage is MapStorage.Array or MapStorage.PerCpuArray)
        {
            LLVMValueRef entry = Lookup(map, key);
            If(IsNull(entry), () => { }, () => StoreScalar(value, map.ValueType, entry));
            return;
        }

        LLVMValueRef slot = TakeStackSlot(8);
        StoreScalar(value, map.ValueType, slot);
        UpdateEntry(map, key, slot, span);
    }

    private void UpdateEntry(MapSymbol map, LLVMValueRef key, LLVMValueRef value, TextSpan span)
    {
        LLVMValueRef result = Call(Helper.map_update_elem, KernelMap(map), key, value, Int(BPF_ANY));
        CheckResult(result, Helper.map_update_elem, span);
    }

    private LLVMValueRef EmitDelete(BoundDelete delete)
    {
        SlotMark mark = Mark();
        LLVMValueRef key = EmitKey(delete.Map, delete.Key);
        LLVMValueRef existed;
        if (delete.Map.Storage is MapStorage.Array or MapStorage.PerCpuArray)
        {
            // An array's entry cannot be removed: it becomes zero again.
            LLVMValueRef entry = Lookup(delete.Map, key);
            If(IsNull(entry), () => { }, () => Zero(entry, delete.Map.ValueType.Size));
            existed = Bool(true);
        }
        else
        {
            LLVMValueRef result = Call(Helper.map_delete_elem, KernelMap(delete.Map), key);
            if (delete.IsDiscarded)
                CheckResult(result, Helper.map_delete_elem, delete.Span);
            existed = Equal(result, Int(0));
        }

        ReleaseTo(mark);
        return existed;
    }

    private LLVMValueRef EmitHasKey(BoundHasKey has)
    {
        SlotMark mark = Mark();
        LLVMValueRef found = Lookup(has.Map, EmitKey(has.Map, has.Key));
        ReleaseTo(mark);
        return NotEqual(found, Null);
    }

    /// <summary><c>++</c> and <c>--</c>.</summary>
    private LLVMValueRef EmitIncrement(BoundIncrement increment)
    {
        if (increment.Target is BoundVariable variable)
        {
            LLVMValueRef old = LoadVariable(variable.Variable);
            LLVMValueRef changed = Add(old, increment.Delta);
            StoreVariable(variable.Variable, changed);
            return increment.IsPrefix ? changed : old;
        }

        var target = (BoundMapValue)increment.Target;
        LLVMTypeRef type = RegisterType(increment.Type);
        SlotMark mark = Mark();
        LLVMValueRef key = EmitKey(target.Map, target.Key);
        LLVMValueRef entry = Lookup(target.Map, key);
        LLVMValueRef before = Choose(
            IsNull(entry),
            type,
            () =>
            {
                LLVMValueRef slot = TakeStackSlot(8);
                Store(Constant(type, increment.Delta), slot);
                UpdateEntry(target.Map, key, slot, increment.Span);
                return Constant(type, 0);
            },
            () =>
            {
                LLVMValueRef old = Load(type, entry);
                Store(Add(old, increment.Delta), entry);
                return old;
            });
        ReleaseTo(mark);
        return increment.IsPrefix ? Add(before, increment.Delta) : before;
    }
}
