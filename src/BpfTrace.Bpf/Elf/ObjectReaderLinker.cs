namespace BpfTrace.Bpf;

/// <summary>A function of an object: a program or a subprogram.</summary>
internal sealed class BpfElfFunction(string name, int section, int start, int length, bool isProgram)
{
    public string Name => name;

    /// <summary>Index of its section.</summary>
    public int Section => section;

    /// <summary>First instruction in the section.</summary>
    public int Start => start;

    /// <summary>Number of instructions.</summary>
    public int Length => length;

    /// <summary>Whether it is an entry, not a subprogram.</summary>
    public bool IsProgram => isProgram;

    public static int ComparePlace(BpfElfFunction x, BpfElfFunction y) =>
        x.Section != y.Section ? x.Section.CompareTo(y.Section) : x.Start.CompareTo(y.Start);
}

/// <summary>
/// Resolves an object's relocations and gives each program the subprograms it uses, as libbpf does
/// (bpf_object__relocate_calls).
/// </summary>
internal sealed partial class BpfElfLinker
{
    private readonly BpfElfImage _elf;
    private readonly BpfElfBtfExt _ext;

    /// <summary>By section and instruction: the relocation's index plus one, 0 for none.</summary>
    private readonly int[]?[] _relocationAt;

    private readonly BpfElfLineTexts? _texts;

    public BpfElfLinker(BpfElfImage elf, BpfElfBtfExt ext, BpfElfLineTexts? texts = null)
    {
        _texts = texts;
        _elf = elf;
        _ext = ext;
        _relocationAt = new int[elf.Sections.Length][];
        DataSections = new bool[elf.Sections.Length];
        foreach (BpfElfSymbol symbol in elf.Symbols)
        {
            if (!symbol.IsFunction || symbol.IsUndefined || symbol.Section >= elf.Sections.Length || !elf.Sections[symbol.Section].IsCode)
                continue;
            BpfElfSection section = elf.Sections[symbol.Section];
            if (symbol.Value % 8 != 0 || symbol.Size % 8 != 0 || symbol.Size == 0 || symbol.Value > section.Size || symbol.Size > section.Size - symbol.Value)
                throw new BpfException($"function '{symbol.Name}' does not lie within section '{section.Name}'");
            Functions.Add(new BpfElfFunction(
                symbol.Name, section.Index, (int)(symbol.Value / 8), (int)(symbol.Size / 8), !symbol.IsLocal && section.Name != ".text"));
        }

        Functions.Sort(BpfElfFunction.ComparePlace);
    }

    /// <summary>All functions, by section and place.</summary>
    public List<BpfElfFunction> Functions { get; } = [];

    /// <summary>By section: whether linked programs refer to it as data.</summary>
    public bool[] DataSections { get; }

    /// <summary>BTF ids of the functions the verifier must take for static: all subprograms.</summary>
    public TypeIdSet StaticFunctionTypes { get; } = new();

    /// <summary>One program with its subprograms.</summary>
    public ProgramSpec Link(BpfElfFunction entry)
    {
        var link = new ProgramLink();
        link.Queue(entry);
        // Breadth first: queueing assigns the place, so that a call can be resolved before its target is copied.
        for (int next = 0; next < link.Placed.Count; next++)
            Copy(link, link.Placed[next]);
        link.ResolveCalls();

        bool hasFunctions = link.FuncInfo.Length == link.Placed.Count * BpfFuncInfo.Size;
        return new ProgramSpec
        {
            Name = entry.Name,
            SectionName = _elf.Sections[entry.Section].Name,
            Code = link.Code.ToArray(),
            MapReferences = [.. link.MapReferences],
            KernelCalls = [.. link.KernelCalls],
            FuncInfo = hasFunctions ? link.FuncInfo.ToArray() : default,
            LineInfo = hasFunctions && link.HasLines ? link.LineInfo.ToArray() : default,
        };
    }

    private void Copy(ProgramLink link, BpfElfFunction function)
    {
        BpfElfSection section = _elf.Sections[function.Section];
        ReadOnlySpan<byte> code = _elf.Data(section).Slice(function.Start * BpfInstruction.Size, function.Length * BpfInstruction.Size);
        int place = link.InstructionCount;
        Span<byte> copy = link.Code.Append(code);
        for (int i = 0; i < function.Length; i++)
        {
            Span<byte> here = copy[(i * BpfInstruction.Size)..];
            BpfInstruction instruction = BpfInstruction.Read(here);
            bool wide = instruction.IsLoadImmediate64;
            if (wide && i + 1 == function.Length)
                throw new BpfException($"function '{function.Name}' ends within a 64-bit load");
            if (FindRelocation(function.Section, function.Start + i, out BpfElfRelocation relocation))
            {
                BpfInstruction second = wide ? BpfInstruction.Read(here[BpfInstruction.Size..]) : default;
                Relocate(link, function, place + i, relocation, ref instruction, ref second);
                instruction.Write(here);
                if (wide)
                    second.Write(here[BpfInstruction.Size..]);
            }
            else if (instruction.IsSubprogramCall)
            {
                link.Refer(place + i, FunctionAt(function.Section, function.Start + i + instruction.Immediate + 1, function));
            }

            if (wide)
                i++;
        }

        AddDebugInfo(link, function, section.Name, (uint)place);
    }

    private void Relocate(
        ProgramLink link, BpfElfFunction function, int at, BpfElfRelocation relocation, ref BpfInstruction instruction, ref BpfInstruction second)
    {
        if ((uint)relocation.Symbol >= (uint)_elf.Symbols.Length)
            throw new BpfException($"function '{function.Name}' has a relocation without a symbol");
        BpfElfSymbol symbol = _elf.Symbols[relocation.Symbol];
        if (symbol.IsUndefined && relocation.Type == BpfElfRelocation.R_BPF_64_32 && instruction.IsSubprogramCall)
        {
            // As libbpf has it: what no section defines, the kernel does.
            link.KernelCalls.Add(new KernelCall(at, symbol.Name));
            instruction = instruction.WithSource(BpfInstruction.BPF_PSEUDO_KFUNC_CALL) with { Immediate = 0 };
            return;
        }
        if (symbol.IsUndefined)
            throw new BpfException($"function '{function.Name}' uses '{symbol.Name}', which the object does not define");
        if (symbol.Section >= _elf.Sections.Length)
            throw new BpfException($"function '{function.Name}' uses '{symbol.Name}', which has no section");
        BpfElfSection target = _elf.Sections[symbol.Section];

        if (relocation.Type == BpfElfRelocation.R_BPF_64_32 && instruction.IsSubprogramCall)
        {
            // Against a function the immediate is -1, against a section it is the distance from the section's start, less one.
            link.Refer(at, FunctionAt(target.Index, (int)(symbol.Value / 8) + instruction.Immediate + 1, function));
        }
        else if (relocation.Type != BpfElfRelocation.R_BPF_64_64 || !instruction.IsLoadImmediate64)
        {
            throw new BpfException($"function '{function.Name}' has a relocation of type {relocation.Type} that is not supported");
        }
        else if (target.IsCode)
        {
            link.Refer(at, FunctionAt(target.Index, (int)(symbol.Value / 8) + (instruction.Immediate / 8), function));
            instruction = instruction.WithSource(BpfInstruction.BPF_PSEUDO_FUNC);
            second = second with { Immediate = 0 };
        }
        else if (target.IsMaps)
        {
            link.MapReferences.Add(new MapReference(at, MapName(symbol, instruction.Immediate), MapReferenceKind.Map));
            instruction = instruction.WithSource(BpfInstruction.BPF_PSEUDO_MAP_FD) with { Immediate = 0 };
        }
        else if (target.IsData)
        {
            DataSections[target.Index] = true;
            link.MapReferences.Add(new MapReference(at, target.Name, MapReferenceKind.Value));
            second = second with { Immediate = checked((int)symbol.Value + instruction.Immediate) };
            instruction = instruction.WithSource(BpfInstruction.BPF_PSEUDO_MAP_VALUE) with { Immediate = 0 };
        }
        else
        {
            throw new BpfException($"function '{function.Name}' refers to section '{target.Name}', which is neither code, data nor .maps");
        }
    }

    private void AddDebugInfo(ProgramLink link, BpfElfFunction function, string section, uint place)
    {
        uint start = (uint)function.Start, end = (uint)(function.Start + function.Length);
        foreach (BpfFuncInfo info in _ext.FunctionsOf(section))
        {
            if (info.InstructionOffset != start)
                continue;
            link.FuncInfo.Append(place, info.TypeId);
            if (!function.IsProgram)
                StaticFunctionTypes.Add(info.TypeId);
            break;
        }

        // Every subprogram needs a line at its first instruction (kernel/bpf/verifier.c check_btf_line), and offsets ascend.
        bool first = true;
        uint last = 0;
        foreach (BpfLineInfo record in _ext.LinesOf(section))
        {
            if (record.InstructionOffset < start || record.InstructionOffset >= end)
                continue;
            BpfLineInfo line = _texts is null ? record : record with { LineOffset = _texts.OffsetOf(record) };
            BpfLineInfo moved = line with { InstructionOffset = first ? place : line.InstructionOffset - start + place };
            if (!first && moved.InstructionOffset == last)
                link.LineInfo.Truncate(link.LineInfo.Length - BpfLineInfo.Size);
            moved.AppendTo(link.LineInfo);
            // A function whose code begins before its first line gets that line for its beginning too.
            if (first && line.InstructionOffset != start)
                (line with { InstructionOffset = line.InstructionOffset - start + place }).AppendTo(link.LineInfo);
            last = line.InstructionOffset - start + place;
            first = false;
            link.HasLines = true;
        }

        if (first)
            new BpfLineInfo(place, 0, 0, 0).AppendTo(link.LineInfo);
    }

    private BpfElfFunction FunctionAt(int section, int start, BpfElfFunction from)
    {
        int low = 0, high = Functions.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            BpfElfFunction function = Functions[middle];
            if (function.Section == section && function.Start == start)
                return function;
            if (function.Section < section || (function.Section == section && function.Start < start))
                low = middle + 1;
            else
                high = middle - 1;
        }

        throw new BpfException(
            $"function '{from.Name}' calls into section '{_elf.Sections[section].Name}' at instruction {start}, where no function starts");
    }

    private string MapName(BpfElfSymbol symbol, int offset)
    {
        if (!symbol.IsSection)
            return symbol.Name;
        foreach (BpfElfSymbol candidate in _elf.Symbols)
        {
            if (candidate.Section == symbol.Section && !candidate.IsSection && candidate.Value == (ulong)offset)
                return candidate.Name;
        }

        throw new BpfException($"no map symbol at offset {offset} of section .maps");
    }

    private bool FindRelocation(int section, int instruction, out BpfElfRelocation relocation)
    {
        BpfElfRelocation[] all = _elf.RelocationsOf(section);
        int[] places = _relocationAt[section] ??= Index(all, checked((int)(_elf.Sections[section].Size / 8)));
        int index = places[instruction] - 1;
        relocation = index < 0 ? default : all[index];
        return index >= 0;
    }

    private static int[] Index(BpfElfRelocation[] relocations, int instructions)
    {
        var places = new int[instructions];
        for (int i = 0; i < relocations.Length; i++)
            places[checked((int)(relocations[i].Offset / 8))] = i + 1;
        return places;
    }
}
