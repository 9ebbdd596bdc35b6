using BpfTrace.Bpf;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>Pointers, members, elements, and the probe's own values.</content>
internal sealed partial class ProgramEmitter
{
    /// <summary>What a pointer expression points to.</summary>
    private Location LocateTarget(BoundExpression pointer)
    {
        AddressSpace space = pointer.Type is PointerType type ? Resolve(type.Space) : Resolve(AddressSpace.None);
        if (pointer is BoundContext)
            return new Location(_function.Context, 0, AddressSpace.Context);
        if (pointer is BoundConversion { Operand: BoundContext, Type: PointerType })
            return new Location(_function.Context, 0, AddressSpace.Context);

        // The address of a variable or entry that was kept somewhere: the verifier may not know it any more.
        if (space == AddressSpace.Program && pointer is not BoundAddressOf { Operand: BoundVariable })
            space = AddressSpace.Kernel;
        return new Location(ToPointer(Scalar(pointer)), 0, space);
    }

    private Location LocateElement(BoundElementAccess access)
    {
        LLVMValueRef index;
        if (access.Receiver.Type is PointerType)
        {
            Location target = LocateTarget(access.Receiver);
            if (access.Index is BoundConstant constant)
                return target.Plus(constant.Value * access.Type.Size);
            index = ToInt64(Scalar(access.Index), TypeFacts.IsSigned(access.Index.Type));
            return target with { Base = Offset(target.Base, Mul(index, Int(access.Type.Size))), IsDynamic = true };
        }

        Location array = Locate(access.Receiver);
        int count = access.Receiver.Type switch
        {
            ArrayType a => a.Count,
            StringType s => s.Capacity,
            BufferType b => b.Capacity,
            _ => 0,
        };
        if (access.Receiver.Type is BufferType)
            array = array.Plus(4);
        if (access.Index is BoundConstant known && (count == 0 || (known.Value >= 0 && known.Value < count)))
            return array.Plus(known.Value * access.Type.Size);

        index = ToInt64(Scalar(access.Index), TypeFacts.IsSigned(access.Index.Type));
        if (count == 0)
            return array with { Base = Offset(array.Base, Mul(index, Int(access.Type.Size))), IsDynamic = true };

        if (array.Space == AddressSpace.Program)
        {
            array = array with { Base = OfUnknownAlignment(AddressOf(array)), Displacement = 0 };
            // Else the bound would be checked on the 32-bit register the index came in, which the verifier sees as another value.
            index = ThroughMemory(index, _module.I64);
        }

        // Out of bounds is reported and reads as zero.
        LLVMValueRef slot = SlotFor(access.Type);
        Zero(slot, access.Type.Size);
        If(
            Compare(LLVMIntPredicate.LLVMIntULT, index, Int(count)),
            () =>
            {
                Location element = array with { Base = Offset(array.Base, Mul(index, Int(access.Type.Size))), IsDynamic = true };
                Read(slot, access.Type.Size, access.Type.Alignment, element, access.Span);
            },
            () => EmitRuntimeError(RuntimeErrorKind.IndexOutOfBounds, null, index, access.Span));
        return new Location(slot, 0, AddressSpace.Program);
    }

    /// <summary>
    /// An address whose low bits LLVM does not know: it would add an index to one of an aligned slot by a bitwise or, which the verifier
    /// does not take on pointers.
    /// </summary>
    private LLVMValueRef OfUnknownAlignment(LLVMValueRef address) => ThroughMemory(address, _module.Pointer);

    /// <summary>A value that LLVM knows nothing of any more: stored, and loaded again.</summary>
    private LLVMValueRef ThroughMemory(LLVMValueRef value, LLVMTypeRef type)
    {
        SlotMark mark = Mark();
        LLVMValueRef place = TakeStackSlot(8);
        StoreVolatile(value, place);
        LLVMValueRef same = LoadVolatile(type, place);
        ReleaseTo(mark);
        return same;
    }

    /// <summary>The address of a tracepoint's dynamic array: its member holds the offset in the record in the low 16 bits.</summary>
    private LLVMValueRef LocateDataLoc(BoundFieldAccess access)
    {
        LLVMValueRef word = LoadInteger(Locate(access.Receiver).Plus(access.Field.Offset), _module.I32, 4, access.Span);
        return Add(ToAddress(_function.Context), And(ToInt64(word), 0xffff));
    }

    private LLVMValueRef EmitAddressOf(BoundAddressOf address) => address.Operand switch
    {
        BoundVariable variable when TypeFacts.InRegister(variable.Type) => ToAddress(VariableAddress(variable.Variable)),
        BoundMapValue value => EmitMapValueAddress(value),
        _ => ToAddress(AddressOf(Locate(address.Operand))),
    };

    private LLVMValueRef EmitArgument(BoundArgument argument)
    {
        LLVMValueRef value;
        if (TypeFacts.HasArgumentArray(_probe.Type))
        {
            value = AsNumber(LoadArrayArgument(argument));
        }
        else if (argument.Index < Architecture.RegisterArgumentCount)
        {
            value = LoadRegister(Architecture.ArgumentOffset(argument.Index));
        }
        else
        {
            int offset = Architecture.FirstStackArgumentOffset + (8 * (argument.Index - Architecture.RegisterArgumentCount));
            LLVMValueRef stack = ToPointer(LoadRegister(Architecture.StackPointerOffset));
            value = LoadInteger(new Location(stack, offset, Resolve(AddressSpace.None)), _module.I64, 8, argument.Span);
        }

        return Resize(value, RegisterType(argument.Type), isSigned: false);
    }

    private LLVMValueRef LoadArrayArgument(BoundArgument argument) => Load(_module.I64, Offset(_function.Context, 8L * argument.Index));

    private LLVMValueRef EmitReturnValue(BoundReturnValue value)
    {
        LLVMValueRef raw = _probe.Type is ProbeType.Fexit
            ? Load(_module.I64, Offset(_function.Context, 8L * value.Index))
            : LoadRegister(Architecture.ReturnValueOffset);
        return Resize(raw, RegisterType(value.Type), isSigned: false);
    }

    /// <summary>A register of the context's <c>struct pt_regs</c>.</summary>
    internal LLVMValueRef LoadRegister(int offset) => Load(_module.I64, Offset(_function.Context, offset));
}
