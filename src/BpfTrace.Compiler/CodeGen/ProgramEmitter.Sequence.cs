using System.Globalization;
using System.Text;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Probes;
using BpfTrace.Language.Symbols;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <content>
/// Texts the kernel formats itself. A pinned iterator is read by others, long after the tracer has ended: its printf writes to the sequence
/// file of whoever reads.
/// </content>
internal sealed partial class ProgramEmitter
{
    private bool IsPinnedIterator => _probe.Type == ProbeType.Iter && _probe.Targets[0].PinPath.Length > 0;

    /// <summary>printf of a pinned iterator: bpf_seq_printf(), Linux 5.8.</summary>
    private void EmitSequenceText(BoundOutput output)
    {
        byte[] text = KernelFormat(output.Site.Format!);
        SlotMark mark = Mark();
        LLVMValueRef format = FrameSlot(text.Length);
        StoreBytes(text, format, text.Length);
        int size = output.Arguments.Length * sizeof(ulong);
        LLVMValueRef data = TakeStackSlot(Math.Max(size, sizeof(ulong)));
        for (int i = 0; i < output.Arguments.Length; i++)
        {
            BoundExpression argument = output.Arguments[i];
            if (!TypeFacts.InRegister(argument.Type) && argument.Type is not StringType)
                throw new UnsupportedException(argument.Span, $"A pinned iterator cannot print a value of type '{argument.Type}'", "The kernel formats its texts: numbers, pointers and strings.");
            LLVMValueRef value = TypeFacts.InRegister(argument.Type)
                ? ToInt64(Scalar(argument), TypeFacts.IsSigned(argument.Type))
                : ToAddress(Materialise(argument));
            Store(value, Offset(data, (long)i * sizeof(ulong)));
        }

        // ctx->meta->seq: the first member of each.
        LLVMValueRef meta = Load(_module.Pointer, _function.Context);
        LLVMValueRef sequence = Load(_module.Pointer, meta);
        Call(Helper.seq_printf, sequence, format, Int(text.Length), data, Int(size));
        ReleaseTo(mark);
    }

    /// <summary>A format as the kernel's own printf takes it, with its NUL: numbers are 64 bits wide, which it wants said.</summary>
    private static byte[] KernelFormat(FormatString format)
    {
        var text = new List<byte>();
        foreach (FormatPart part in format.Parts)
        {
            if (part is FormatLiteral literal)
            {
                foreach (byte b in literal.Text)
                    text.AddRange(b == (byte)'%' ? "%%"u8 : [b]);
            }
            else if (part is FormatConversion conversion)
            {
                text.AddRange(Encoding.ASCII.GetBytes(KernelConversion(conversion)));
            }
        }

        text.Add(0);
        return [.. text];
    }

    private static string KernelConversion(FormatConversion conversion)
    {
        var text = new StringBuilder("%");
        if (conversion.LeftAlign)
            text.Append('-');
        if (conversion.ZeroPad)
            text.Append('0');
        if (conversion.Width is { } width)
            text.Append(width.ToString(CultureInfo.InvariantCulture));
        return text.Append(conversion.Conversion switch
        {
            "s" => "s",
            "p" => "p",
            "c" => "c",
            var number => "ll" + number,
        }).ToString();
    }
}
