using System.Buffers;
using System.Text;
using BpfTrace.Bpf.Syscalls;

namespace BpfTrace.Bpf;

/// <summary>BPF_PROG_LOAD: fills in map descriptors, asks for a log only when the kernel refuses.</summary>
internal sealed unsafe class BpfProgramLoader(
    CollectionSpec collection, LoadOptions options, Dictionary<string, BpfMap> maps, SafeBpfHandle? btf)
{
    private const uint BPF_F_SLEEPABLE = 1U << 4;
    private const int BPF_LOG_LEVEL = 3; // the bits that ask for what the verifier walks
    private const int BPF_LOG_STATS = 4;
    private const int FirstLogSize = 64 << 10;

    public BpfProgram Load(ProgramSpec spec, ProgramOverrides? overrides)
    {
        using AttachTarget target = AttachTarget.Resolve(spec, overrides, options.KernelBtf);
        byte[] license = Encoding.ASCII.GetBytes(collection.License + '\0');
        byte[] code = ArrayPool<byte>.Shared.Rent(spec.Code.Length);
        try
        {
            spec.Code.Span.CopyTo(code);
            FillInMaps(spec, code);
            FillInKernelCalls(spec, code);
            fixed (byte* insns = code)
            fixed (byte* licensePointer = license)
            fixed (byte* funcInfo = spec.FuncInfo.Span)
            fixed (byte* lineInfo = spec.LineInfo.Span)
            {
                var attr = new ProgLoadAttr
                {
                    prog_type = (uint)(overrides?.Type ?? spec.Type),
                    insn_cnt = (uint)spec.InstructionCount,
                    insns = insns,
                    license = licensePointer,
                    prog_flags = spec.IsSleepable ? BPF_F_SLEEPABLE : 0,
                    prog_name = BpfObjectName.From(overrides?.Name ?? spec.Name),
                    expected_attach_type = (uint)(overrides?.ExpectedAttachType ?? spec.ExpectedAttachType),
                    attach_btf_id = target.TypeId,
                    attach_btf_obj_fd = target.Module?.Fd ?? 0,
                };
                if (btf is not null)
                {
                    attr.prog_btf_fd = btf.Fd; // alive as long as the collection that calls
                    attr.func_info_rec_size = BpfFuncInfo.Size;
                    attr.func_info = funcInfo;
                    attr.func_info_cnt = (uint)(spec.FuncInfo.Length / BpfFuncInfo.Size);
                    attr.line_info_rec_size = BpfLineInfo.Size;
                    attr.line_info = lineInfo;
                    attr.line_info_cnt = (uint)(spec.LineInfo.Length / BpfLineInfo.Size);
                }

                return Load(spec, overrides, ref attr);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(code);
        }
    }

    private BpfProgram Load(ProgramSpec spec, ProgramOverrides? overrides, ref ProgLoadAttr attr)
    {
        // A log of what the verifier walks is slow to make: without a wish for one it is made of refused programs only.
        bool wholeLog = (options.LogLevel & BPF_LOG_LEVEL) != 0;
        int verdict = 0;
        if (!wholeLog)
        {
            SafeBpfHandle? quick = LoadQuickly(ref attr, out verdict, out VerifierLog statistics);
            if (quick is not null)
                return new BpfProgram(quick, spec, overrides, statistics);
            if (Errno.IsLack(verdict))
                throw BpfException.FromErrno(verdict, $"loading program '{spec.Name}'");
        }

        // Too much to look at is too much to log: a million lines say no more than the last.
        if (verdict == Errno.E2BIG && LoadInto(new byte[FirstLogSize], BPF_LOG_STATS, ref attr, out _, out VerifierLog brief) is null
            && VerifierVerdict.Read(brief.Lines).Fault == VerifierFault.TooComplex)
        {
            throw brief.ToException(verdict, spec, collection.Btf.Span);
        }

        SafeBpfHandle? handle = LoadWithLog(ref attr, verdict, out int errno, out VerifierLog log);
        if (handle is not null)
            return new BpfProgram(handle, spec, overrides, log);
        // With a log that does not fit, the kernel says ENOSPC in place of the verdict: the first answer is the better one.
        if (verdict != 0)
            errno = verdict;
        throw log.Lines.IsEmpty || Errno.IsLack(errno)
            ? BpfException.FromErrno(errno, $"loading program '{spec.Name}'")
            : log.ToException(errno, spec, collection.Btf.Span);
    }

    /// <summary>Loads without a log, or with one of statistics.</summary>
    private SafeBpfHandle? LoadQuickly(ref ProgLoadAttr attr, out int errno, out VerifierLog log)
    {
        log = VerifierLog.Empty;
        if (options.LogLevel == 0)
            return BpfSyscall.Open(BpfCommand.BPF_PROG_LOAD, ref attr, out errno);
        SafeBpfHandle? handle = LoadInto(new byte[FirstLogSize], options.LogLevel, ref attr, out errno, out log);
        return handle;
    }

    private SafeBpfHandle? LoadWithLog(ref ProgLoadAttr attr, int verdict, out int errno, out VerifierLog log)
    {
        int limit = Math.Max(options.MaxLogSize, FirstLogSize);
        for (int size = FirstLogSize; ; size = (int)Math.Min((long)size * 8, limit))
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(size);
            try
            {
                SafeBpfHandle? handle = LoadInto(buffer.AsSpan(0, size), options.LogLevel | 1, ref attr, out errno, out log);
                if (errno != Errno.ENOSPC || handle is not null)
                    return handle;
                // Since Linux 6.4 a log that does not fit keeps its end, and the end says why: enough where nobody asked for the whole.
                bool isEnough = verdict != 0 && log.EndsWithStatistics;
                if (size < limit && !isEnough)
                    continue;

                // Only the log was too small for its limit: the verdict counts.
                errno = verdict;
                return verdict != 0 ? null : BpfSyscall.Open(BpfCommand.BPF_PROG_LOAD, ref attr, out errno);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private static SafeBpfHandle? LoadInto(Span<byte> buffer, int level, ref ProgLoadAttr attr, out int errno, out VerifierLog log)
    {
        fixed (byte* pointer = buffer)
        {
            pointer[0] = 0;
            attr.log_buf = pointer;
            attr.log_size = (uint)buffer.Length;
            attr.log_level = (uint)level;
            SafeBpfHandle? handle = BpfSyscall.Open(BpfCommand.BPF_PROG_LOAD, ref attr, out errno);
            log = VerifierLog.Parse(buffer, errno == Errno.ENOSPC);
            attr.log_buf = null;
            attr.log_size = 0;
            attr.log_level = 0;
            return handle;
        }
    }

    private void FillInMaps(ProgramSpec spec, Span<byte> code)
    {
        foreach (MapReference reference in spec.MapReferences)
        {
            if (!maps.TryGetValue(reference.MapName, out BpfMap? map))
                throw new BpfException($"program '{spec.Name}' uses map '{reference.MapName}', which the collection does not have");
            byte kind = reference.Kind == MapReferenceKind.Map ? BpfInstruction.BPF_PSEUDO_MAP_FD : BpfInstruction.BPF_PSEUDO_MAP_VALUE;
            Span<byte> place = code[(reference.Instruction * BpfInstruction.Size)..];
            (BpfInstruction.Read(place).WithSource(kind) with { Immediate = (int)map.Handle.Fd }).Write(place);
        }
    }

    private void FillInKernelCalls(ProgramSpec spec, Span<byte> code)
    {
        foreach (KernelCall call in spec.KernelCalls)
        {
            if (AttachTarget.FindFunction(call.Function, options.KernelBtf) is not { } id)
                throw new BpfException($"program '{spec.Name}' calls '{call.Function}', which the kernel does not have", Errno.ENOENT);
            Span<byte> place = code[(call.Instruction * BpfInstruction.Size)..];
            (BpfInstruction.Read(place) with { Immediate = (int)id }).Write(place);
        }
    }
}
