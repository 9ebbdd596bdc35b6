using BpfTrace.Bpf.Elf;

namespace BpfTrace.Bpf.Unwind;

/// <summary>Executes call frame instructions (DWARF 5, section 6.4.2): what they make of a state, and a row wherever they go on in the code.</summary>
internal sealed class FrameProgram(CommonEntry common, UnwindTableBuilder builder, FrameState state)
{
    // Compilers nest one or two.
    private const int MaximumRemembered = 64;

    private const int DW_CFA_advance_loc = 0x40;
    private const int DW_CFA_offset = 0x80;
    private const int DW_CFA_restore = 0xc0;
    private const int DW_CFA_nop = 0x00;
    private const int DW_CFA_set_loc = 0x01;
    private const int DW_CFA_advance_loc1 = 0x02;
    private const int DW_CFA_advance_loc2 = 0x03;
    private const int DW_CFA_advance_loc4 = 0x04;
    private const int DW_CFA_offset_extended = 0x05;
    private const int DW_CFA_restore_extended = 0x06;
    private const int DW_CFA_undefined = 0x07;
    private const int DW_CFA_same_value = 0x08;
    private const int DW_CFA_register = 0x09;
    private const int DW_CFA_remember_state = 0x0a;
    private const int DW_CFA_restore_state = 0x0b;
    private const int DW_CFA_def_cfa = 0x0c;
    private const int DW_CFA_def_cfa_register = 0x0d;
    private const int DW_CFA_def_cfa_offset = 0x0e;
    private const int DW_CFA_def_cfa_expression = 0x0f;
    private const int DW_CFA_expression = 0x10;
    private const int DW_CFA_offset_extended_sf = 0x11;
    private const int DW_CFA_def_cfa_sf = 0x12;
    private const int DW_CFA_def_cfa_offset_sf = 0x13;
    private const int DW_CFA_val_offset = 0x14;
    private const int DW_CFA_val_offset_sf = 0x15;
    private const int DW_CFA_val_expression = 0x16;
    private const int DW_CFA_GNU_args_size = 0x2e;
    private const int DW_CFA_GNU_negative_offset_extended = 0x2f;

    private readonly FrameState _initial = common.Initial;
    private List<FrameState>? _remembered;
    private CallFrameReader? _reader;

    /// <summary>Where in the code, less the base.</summary>
    public ulong Address { get; init; }

    /// <summary>The address behind the function.</summary>
    public ulong End { get; init; }

    private ulong _address;

    /// <summary>Executes the instructions that functions have in common, which stay at one place.</summary>
    public void Execute(ref FrameCursor cursor)
    {
        while (!cursor.IsAtEnd)
            Step(ref cursor);
    }

    /// <summary>Executes a function's own instructions and adds its rows.</summary>
    public void ExecuteWithRows(ref FrameCursor cursor, CallFrameReader reader)
    {
        _reader = reader;
        _address = Address;
        Execute(ref cursor);
        AddRow();
    }

    private void Step(ref FrameCursor cursor)
    {
        int code = cursor.Byte();
        ulong low = (ulong)code & 0x3f;
        switch (code & 0xc0)
        {
            case DW_CFA_advance_loc: Advance(low * common.CodeFactor); return;
            case DW_CFA_offset: state.Set(low, RegisterRule.Offset, Factored(cursor.Unsigned())); return;
            case DW_CFA_restore: state.Restore(low, _initial); return;
        }

        switch (code)
        {
            case DW_CFA_nop: break;
            case DW_CFA_set_loc: GoTo(ref cursor); break;
            case DW_CFA_advance_loc1: Advance(cursor.Byte() * common.CodeFactor); break;
            case DW_CFA_advance_loc2: Advance(cursor.UInt16() * common.CodeFactor); break;
            case DW_CFA_advance_loc4: Advance(cursor.UInt32() * common.CodeFactor); break;
            case DW_CFA_offset_extended: state.Set(cursor.Unsigned(), RegisterRule.Offset, Factored(cursor.Unsigned())); break;
            case DW_CFA_offset_extended_sf: state.Set(cursor.Unsigned(), RegisterRule.Offset, Factored((ulong)cursor.Signed())); break;
            case DW_CFA_GNU_negative_offset_extended: state.Set(cursor.Unsigned(), RegisterRule.Offset, -Factored(cursor.Unsigned())); break;
            case DW_CFA_val_offset: state.Set(cursor.Unsigned(), RegisterRule.ValueOffset, Factored(cursor.Unsigned())); break;
            case DW_CFA_val_offset_sf: state.Set(cursor.Unsigned(), RegisterRule.ValueOffset, Factored((ulong)cursor.Signed())); break;
            case DW_CFA_restore_extended: state.Restore(cursor.Unsigned(), _initial); break;
            case DW_CFA_undefined: state.Set(cursor.Unsigned(), RegisterRule.Undefined); break;
            case DW_CFA_same_value: state.Set(cursor.Unsigned(), RegisterRule.Same); break;
            case DW_CFA_register: state.Set(cursor.Unsigned(), RegisterRule.Register, (long)cursor.Unsigned()); break;
            case DW_CFA_expression: SetExpression(ref cursor, RegisterRule.Expression); break;
            case DW_CFA_val_expression: SetExpression(ref cursor, RegisterRule.ValueExpression); break;
            case DW_CFA_remember_state: Remember(); break;
            case DW_CFA_restore_state: Recall(); break;
            case DW_CFA_def_cfa: state.DefineCfa(cursor.Unsigned(), (long)cursor.Unsigned()); break;
            case DW_CFA_def_cfa_sf: state.DefineCfa(cursor.Unsigned(), Factored((ulong)cursor.Signed())); break;
            case DW_CFA_def_cfa_register: state.DefineCfaRegister(cursor.Unsigned()); break;
            case DW_CFA_def_cfa_offset: state.DefineCfaOffset((long)cursor.Unsigned()); break;
            case DW_CFA_def_cfa_offset_sf: state.DefineCfaOffset(Factored((ulong)cursor.Signed())); break;
            case DW_CFA_def_cfa_expression: state.DefineCfaExpression(builder.AddExpression(cursor.Block(), ofRegister: false)); break;
            case DW_CFA_GNU_args_size: cursor.Unsigned(); break;
            default: throw new ElfFormatException($"The call frame instruction 0x{code:x2} at byte {cursor.Position - 1} is not known.");
        }
    }

    private long Factored(ulong operand) => unchecked((long)operand * common.DataFactor);

    private void SetExpression(ref FrameCursor cursor, RegisterRule rule)
    {
        ulong register = cursor.Unsigned();
        state.Set(register, rule, builder.AddExpression(cursor.Block(), ofRegister: true));
    }

    private void Advance(ulong distance)
    {
        if (distance == 0)
            return;
        AddRow();
        _address = distance > End - Math.Min(_address, End) ? End : _address + distance;
    }

    private void GoTo(ref FrameCursor cursor)
    {
        if (_reader is null)
            throw new ElfFormatException("What functions have in common names an address in call frame information.");
        ulong address = _reader.ReadRelative(ref cursor, common);
        if (address > _address)
            Advance(address - _address);
    }

    private void AddRow()
    {
        if (_address < End)
            builder.AddRow((uint)_address, state);
    }

    private void Remember()
    {
        _remembered ??= [];
        if (_remembered.Count >= MaximumRemembered)
            throw new ElfFormatException("Call frame information remembers too many states.");
        _remembered.Add(state.Copy());
    }

    private void Recall()
    {
        if (_remembered is not { Count: > 0 })
            throw new ElfFormatException("Call frame information restores a state that it did not remember.");
        state.Assign(_remembered[^1]);
        _remembered.RemoveAt(_remembered.Count - 1);
    }
}
