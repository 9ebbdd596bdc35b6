using System.Collections.Immutable;

namespace BpfTrace.Bpf;

/// <summary>A function of an object: a program or a subprogram.</summary>
/// <param name="Name">Symbol.</param>
/// <param name="Section">Index of its section.</param>
/// <param name="Start">First instruction in the section.</param>
/// <param name="Length">Number of instructions.</param>
/// <param name="IsProgram">Whether it is an entry, not a subprogram.</param>
internal sealed record BpfElfFunction(string Name, int Section, int Start, int Length, bool IsProgram);

/// <summary>
/// Resolves an object's relocations and gives each program the subprograms it uses, as libbpf does
/// (bpf_object__relocate_calls).
/// </summary>
internal sealed class BpfElfLinker
{
    private readonly BpfElfImage _elf;
    private readonly BpfElfBtfExt _ext;
    private readonly Dictionary<(int Section, int Start), BpfElfFunction> _functions = [];
    private readonly Dictionary<int, Dictionary<int, BpfElfRelocation>> _relocations = [];

    public BpfElfLinker(BpfElfImage elf, BpfElfBtfExt ext)
    {
        _elf = elf;
        _ext = ext;
        foreach (BpfElfSymbol symbol in elf.Symbols)
        {
            if (!symbol.IsFunction || symbol.IsUndefined || symbol.Section >= elf.Sections.Length || !elf.Sections[symbol.Section].IsCode)
                continue;
            BpfElfSection section = elf.Sections[symbol.Section];
            if (symbol.Value % 8 != 0 || symbol.Size % 8 != 0 || symbol.Size == 0 || symbol.Value + symbol.Size > section.Size)
                throw new BpfException($"function '{symbol.Name}' does not lie within section '{section.Name}'");
            var function = new BpfElfFunction(
                symbol.Name, section.Index, (int)(symbol.Value / 8), (int)(symbol.Size / 8), !symbol.IsLocal && section.Name != ".text");
            _functions[(function.Section, function.Start)] = function;
        }

        Functions = [.. _functions.Values.OrderBy(f => f.Section).ThenBy(f => f.Start)];
    }

    /// <summary>All functions, by section and place.</summary>
    public ImmutableArray<BpfElfFunction> Functions { get; }

    /// <summary>Data sections that linked programs refer to.</summary>
    public SortedSet<int> DataSections { get; } = [];

    /// <summary>BTF ids of the functions the verifier must take for static: all subprograms.</summary>
    public HashSet<uint> StaticFunctionTypes { get; } = [];

    /// <summary>One program with its subprograms.</summary>
    public ProgramSpec Link(BpfElfFunction entry)
    {
        var link = new ProgramLink();
        link.Queue(entry);
        // Breadth first: queueing assigns the place, so that a call can be resolved before its target is copied.
        for (int next = 0; next < link.Placed.Count; next++)
            Copy(link, link.Placed[next]);
        foreach ((int at, BpfElfFunction target) in link.Calls)
            link.Code[at] = link.Code[at] with { Immediate = link.PlaceOf(target) - at - 1 };

        bool hasFunctions = link.FuncInfo.Count == link.Placed.Count;
        return new ProgramSpec
        {
            Name = entry.Name,
            SectionName = _elf.Sections[entry.Section].Name,
            Instructions = [.. link.Code],
            MapReferences = [.. link.MapReferences],
            FuncInfo = hasFunctions ? [.. link.FuncInfo] : [],
            LineInfo = hasFunctions && link.HasLines ? [.. link.LineInfo] : [],
        };
    }

    private void Copy(ProgramLink link, BpfElfFunction function)
    {
        BpfElfSection section = _elf.Sections[function.Section];
        ReadOnlySpan<BpfInstruction> code = BpfObjectReader.Instructions(_elf.Data(section)).Slice(function.Start, function.Length);
        Dictionary<int, BpfElfRelocation> relocations = RelocationsOf(function.Section);
        int place = link.Code.Count;
        for (int i = 0; i < code.Length; i++)
        {
            BpfInstruction instruction = code[i];
            int at = place + i;
            bool wide = instruction.IsLoadImmediate64;
            if (wide && i + 1 == code.Length)
                throw new BpfException($"function '{function.Name}' ends within a 64-bit load");
            BpfInstruction second = wide ? code[i + 1] : default;
            if (relocations.TryGetValue(function.Start + i, out BpfElfRelocation relocation))
                Relocate(link, function, at, relocation, ref instruction, ref second);
            else if (instruction.IsSubprogramCall)
                link.Refer(at, FunctionAt(function.Section, function.Start + i + instruction.Immediate + 1, function));

            link.Code.Add(instruction);
            if (wide)
            {
                link.Code.Add(second);
                i++;
            }
        }

        AddDebugInfo(link, function, section.Name, place);
    }

    private void Relocate(
        ProgramLink link, BpfElfFunction function, int at, BpfElfRelocation relocation, ref BpfInstruction instruction, ref BpfInstruction second)
    {
        if ((uint)relocation.Symbol >= (uint)_elf.Symbols.Length)
            throw new BpfException($"function '{function.Name}' has a relocation without a symbol");
        BpfElfSymbol symbol = _elf.Symbols[relocation.Symbol];
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
            DataSections.Add(target.Index);
            link.MapReferences.Add(new MapReference(at, target.Name, MapReferenceKind.Value));
            second = second with { Immediate = checked((int)symbol.Value + instruction.Immediate) };
            instruction = instruction.WithSource(BpfInstruction.BPF_PSEUDO_MAP_VALUE) with { Immediate = 0 };
        }
        else
        {
            throw new BpfException($"function '{function.Name}' refers to section '{target.Name}', which is neither code, data nor .maps");
        }
    }

    private void AddDebugInfo(ProgramLink link, BpfElfFunction function, string section, int place)
    {
        uint start = (uint)function.Start, end = (uint)(function.Start + function.Length);
        foreach (FuncInfo info in _ext.FunctionsOf(section))
        {
            if (info.InstructionOffset != start)
                continue;
            link.FuncInfo.Add(info with { InstructionOffset = (uint)place });
            if (!function.IsProgram)
                StaticFunctionTypes.Add(info.TypeId);
            break;
        }

        // Every subprogram needs a line at its first instruction (kernel/bpf/verifier.c check_btf_line), and offsets ascend.
        int first = link.LineInfo.Count;
        foreach (LineInfo line in _ext.LinesOf(section))
        {
            if (line.InstructionOffset < start || line.InstructionOffset >= end)
                continue;
            LineInfo moved = line with { InstructionOffset = line.InstructionOffset - start + (uint)place };
            link.HasLines = true;
            if (link.LineInfo.Count > first && link.LineInfo[^1].InstructionOffset == moved.InstructionOffset)
                link.LineInfo[^1] = moved;
            else
                link.LineInfo.Add(moved);
        }

        if (link.LineInfo.Count == first)
            link.LineInfo.Add(new LineInfo((uint)place, 0, 0, 0));
        else if (link.LineInfo[first].InstructionOffset != place)
            link.LineInfo.Insert(first, link.LineInfo[first] with { InstructionOffset = (uint)place });
    }

    private BpfElfFunction FunctionAt(int section, int start, BpfElfFunction from) =>
        _functions.TryGetValue((section, start), out BpfElfFunction? function)
            ? function
            : throw new BpfException($"function '{from.Name}' calls into section '{_elf.Sections[section].Name}' at instruction {start}, where no function starts");

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

    private Dictionary<int, BpfElfRelocation> RelocationsOf(int section)
    {
        if (_relocations.TryGetValue(section, out Dictionary<int, BpfElfRelocation>? known))
            return known;
        var result = new Dictionary<int, BpfElfRelocation>();
        foreach (BpfElfRelocation relocation in _elf.RelocationsOf(section))
            result[(int)(relocation.Offset / 8)] = relocation;
        return _relocations[section] = result;
    }

    private sealed class ProgramLink
    {
        private readonly Dictionary<BpfElfFunction, int> _places = [];
        private int _end;

        public List<BpfElfFunction> Placed { get; } = [];

        public List<BpfInstruction> Code { get; } = [];

        public List<(int At, BpfElfFunction Target)> Calls { get; } = [];

        public List<MapReference> MapReferences { get; } = [];

        public List<FuncInfo> FuncInfo { get; } = [];

        public List<LineInfo> LineInfo { get; } = [];

        public bool HasLines { get; set; }

        public void Queue(BpfElfFunction function)
        {
            if (!_places.TryAdd(function, _end))
                return;
            _end += function.Length;
            Placed.Add(function);
        }

        public void Refer(int at, BpfElfFunction target)
        {
            Queue(target);
            Calls.Add((at, target));
        }

        public int PlaceOf(BpfElfFunction function) => _places[function];
    }
}
