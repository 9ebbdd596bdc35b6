using BpfTrace.Bpf.Elf;

namespace BpfTrace.Bpf.Unwind;

/// <summary>Translates DWARF expressions (DWARF 5, section 2.5) into words that need no check when they run: depth of the stack and registers are known here.</summary>
internal static class FrameExpression
{
    private const int DW_OP_addr = 0x03;
    private const int DW_OP_deref = 0x06;
    private const int DW_OP_const1u = 0x08;
    private const int DW_OP_const1s = 0x09;
    private const int DW_OP_const2u = 0x0a;
    private const int DW_OP_const2s = 0x0b;
    private const int DW_OP_const4u = 0x0c;
    private const int DW_OP_const4s = 0x0d;
    private const int DW_OP_const8u = 0x0e;
    private const int DW_OP_const8s = 0x0f;
    private const int DW_OP_constu = 0x10;
    private const int DW_OP_consts = 0x11;
    private const int DW_OP_and = 0x1a;
    private const int DW_OP_minus = 0x1c;
    private const int DW_OP_mul = 0x1e;
    private const int DW_OP_or = 0x21;
    private const int DW_OP_plus = 0x22;
    private const int DW_OP_plus_uconst = 0x23;
    private const int DW_OP_shl = 0x24;
    private const int DW_OP_ge = 0x2a;
    private const int DW_OP_lit0 = 0x30;
    private const int DW_OP_reg0 = 0x50;
    private const int DW_OP_breg0 = 0x70;
    private const int DW_OP_bregx = 0x92;
    private const int DW_OP_nop = 0x96;

    /// <summary>Translates an expression.</summary>
    /// <param name="expression">Its bytes.</param>
    /// <param name="startsWithCfa">Whether the CFA is on the stack at first: in those of registers it is.</param>
    /// <returns>Null for one with other operations than those seen in call frame information, too long, or without a result.</returns>
    /// <exception cref="ElfFormatException">It ends within an operation.</exception>
    public static ulong[]? Translate(ReadOnlySpan<byte> expression, bool startsWithCfa)
    {
        var writer = new Writer();
        if (startsWithCfa)
            writer.Push(UnwindOperation.FrameAddress);
        var cursor = new FrameCursor(expression, 0, expression.Length);
        while (!cursor.IsAtEnd && !writer.IsRefused)
        {
            int operation = cursor.Byte();
            switch (operation)
            {
                case DW_OP_addr or DW_OP_const8u or DW_OP_const8s: writer.Constant((long)cursor.UInt64()); break;
                case DW_OP_const1u: writer.Constant(cursor.Byte()); break;
                case DW_OP_const1s: writer.Constant((sbyte)cursor.Byte()); break;
                case DW_OP_const2u: writer.Constant(cursor.UInt16()); break;
                case DW_OP_const2s: writer.Constant((short)cursor.UInt16()); break;
                case DW_OP_const4u: writer.Constant(cursor.UInt32()); break;
                case DW_OP_const4s: writer.Constant((int)cursor.UInt32()); break;
                case DW_OP_constu: writer.Constant((long)cursor.Unsigned()); break;
                case DW_OP_consts: writer.Constant(cursor.Signed()); break;
                case >= DW_OP_lit0 and < DW_OP_lit0 + 32: writer.Constant(operation - DW_OP_lit0); break;
                case >= DW_OP_reg0 and < DW_OP_reg0 + 32: writer.Register((ulong)(operation - DW_OP_reg0), 0); break;
                case >= DW_OP_breg0 and < DW_OP_breg0 + 32: writer.Register((ulong)(operation - DW_OP_breg0), cursor.Signed()); break;
                case DW_OP_bregx: writer.Register(cursor.Unsigned(), cursor.Signed()); break;
                case DW_OP_deref: writer.Change(UnwindOperation.Read); break;
                case DW_OP_plus_uconst: writer.Change(UnwindOperation.AddConstant, (long)cursor.Unsigned()); break;
                case DW_OP_and: writer.Combine(UnwindOperation.And); break;
                case DW_OP_or: writer.Combine(UnwindOperation.Or); break;
                case DW_OP_plus: writer.Combine(UnwindOperation.Add); break;
                case DW_OP_minus: writer.Combine(UnwindOperation.Subtract); break;
                case DW_OP_mul: writer.Combine(UnwindOperation.Multiply); break;
                case DW_OP_shl: writer.Combine(UnwindOperation.ShiftLeft); break;
                case DW_OP_ge: writer.Combine(UnwindOperation.GreaterOrEqual); break;
                case DW_OP_nop: break;
                default: return null;
            }
        }

        return writer.Finish();
    }

    private sealed class Writer
    {
        private readonly List<ulong> _words = [];
        private int _depth;

        public bool IsRefused { get; private set; }

        public void Push(UnwindOperation operation, int register = 0, long operand = 0)
        {
            Add(operation, register, operand);
            IsRefused |= ++_depth > UnwindFormat.StackDepth;
        }

        public void Constant(long value)
        {
            Push(UnwindOperation.Constant, 0, (int)value);
            if (value is < int.MinValue or > int.MaxValue)
                Add(UnwindOperation.UpperHalf, 0, (int)(value >> 32));
        }

        public void Register(ulong register, long offset)
        {
            IsRefused |= register >= UnwindFormat.RegisterCount;
            Push(UnwindOperation.Register, (int)Math.Min(register, byte.MaxValue), offset);
        }

        public void Change(UnwindOperation operation, long operand = 0)
        {
            IsRefused |= _depth < 1;
            Add(operation, 0, operand);
        }

        public void Combine(UnwindOperation operation)
        {
            IsRefused |= _depth < 2;
            Add(operation, 0, 0);
            _depth--;
        }

        public ulong[]? Finish()
        {
            IsRefused |= _depth < 1;
            Add(UnwindOperation.End, 0, 0);
            return IsRefused ? null : [.. _words];
        }

        private void Add(UnwindOperation operation, int register, long operand)
        {
            IsRefused |= operand is < int.MinValue or > int.MaxValue || _words.Count >= UnwindFormat.MaximumOperations;
            _words.Add(UnwindTableBuilder.Word((byte)operation, register, 0, false, (int)operand));
        }
    }
}
