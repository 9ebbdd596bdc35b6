namespace BpfTrace.Bpf;

/// <content>The program being put together.</content>
internal sealed partial class BpfElfLinker
{
    private sealed class ProgramLink
    {
        private readonly Dictionary<BpfElfFunction, int> _places = [];
        private readonly List<int> _callSites = [];
        private readonly List<BpfElfFunction> _callees = [];
        private int _end;

        /// <summary>The program, then its subprograms in the order in which they lie in the code.</summary>
        public List<BpfElfFunction> Placed { get; } = [];

        public ByteWriter Code { get; } = new();

        public int InstructionCount => Code.Length / BpfInstruction.Size;

        public List<MapReference> MapReferences { get; } = [];

        public List<KernelCall> KernelCalls { get; } = [];

        public ByteWriter FuncInfo { get; } = new();

        public ByteWriter LineInfo { get; } = new();

        /// <summary>Whether any line came from the object, not only the placeholders for functions without.</summary>
        public bool HasLines { get; set; }

        public void Queue(BpfElfFunction function)
        {
            if (!_places.TryAdd(function, _end))
                return;
            _end += function.Length;
            Placed.Add(function);
        }

        /// <summary>The instruction at <paramref name="at"/> calls, or takes the address of, a function.</summary>
        public void Refer(int at, BpfElfFunction target)
        {
            Queue(target);
            _callSites.Add(at);
            _callees.Add(target);
        }

        public void ResolveCalls()
        {
            Span<byte> code = Code.Written;
            for (int i = 0; i < _callSites.Count; i++)
            {
                int at = _callSites[i];
                Span<byte> here = code[(at * BpfInstruction.Size)..];
                (BpfInstruction.Read(here) with { Immediate = _places[_callees[i]] - at - 1 }).Write(here);
            }
        }
    }
}
