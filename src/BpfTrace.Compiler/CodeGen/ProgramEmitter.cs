using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;
using BpfTrace.Language.Text;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <summary>
/// Generates one BPF program, with the callbacks its loops need, from a bound probe. The parts: building blocks (Ir,
/// Helpers, Memory, Frame), expressions by family (Expressions, Operators, Conversions, Access, Strings, Maps, Aggregates,
/// Functions), statements by family (Statements, Loops, Output).
/// </summary>
internal sealed partial class ProgramEmitter
{
    private readonly CompilationState _state;
    private readonly ModuleEmitter _module;
    private readonly BoundProbe _probe;
    private readonly LLVMBuilderRef _builder;
    private readonly LLVMBuilderRef _entryBuilder;
    private FunctionState _function = null!;
    private int _callbacks;

    private ProgramEmitter(CompilationState state, ModuleEmitter module, BoundProbe probe)
    {
        _state = state;
        _module = module;
        _probe = probe;
        _builder = module.Context.CreateBuilder();
        _entryBuilder = module.Context.CreateBuilder();
    }

    /// <summary>Generates the program of a probe.</summary>
    /// <param name="state">What the programs share.</param>
    /// <param name="module">Where it goes.</param>
    /// <param name="probe">The probe.</param>
    public static void Emit(CompilationState state, ModuleEmitter module, BoundProbe probe)
    {
        var emitter = new ProgramEmitter(state, module, probe);
        try
        {
            emitter.EmitProgram();
        }
        finally
        {
            emitter._builder.Dispose();
            emitter._entryBuilder.Dispose();
        }
    }

    private void EmitProgram()
    {
        EmittedFunction function = _module.AddProgram(_probe.Name, ProgramSections.Of(_probe), LineOf(_probe.Span));
        _function = new FunctionState(function) { Context = function.Value.GetParam(0) };
        BeginFunction(_probe.Span);
        if (MayOverlap)
            _frameTop = 8; // The word that says the frame is taken.
        EmitSubprograms();
        AssignVariables(_probe.Body, VariableUsage.Of(_probe.Body));
        EmitExitGate();
        EmitStatement(_probe.Body);
        EndFunction(() =>
        {
            // Stack slots first: the entry block ends with the first branch.
            LLVMValueRef key = EntryAlloca(_module.I64);
            EmitProcessFilter();
            EmitRecursionGuard(key);
            EmitFrameLookup(key);
        });
    }

    /// <summary>Opens the function: an entry block for stack slots and the prologue, a body, one way out.</summary>
    private void BeginFunction(TextSpan span)
    {
        _function.Entry = NewBlock();
        _function.Body = NewBlock();
        _function.Exit = NewBlock();
        _entryBuilder.PositionAtEnd(_function.Entry);
        SetLocation(span);
        _function.Result = EntryAlloca(_module.I64);
        _function.Frame = EntryAlloca(_module.Pointer);
        if (_function.IsProgram && _state.GuardsRecursion)
            _function.Guard = EntryAlloca(_module.Pointer);
        Position(_function.Body);
    }

    /// <summary>Closes the function; <paramref name="prologue"/> runs in the entry block, after every slot is known.</summary>
    private void EndFunction(Action prologue)
    {
        Branch(_function.Exit);
        Position(_function.Exit);
        if (_function.IsProgram)
        {
            EmitFrameRelease();
            EmitRecursionRelease();
        }
        _builder.BuildRet(Load(_module.I64, _function.Result));

        Position(_function.Entry);
        Store(Int(0), _function.Result);
        if (_function.IsProgram)
        {
            Store(Null, _function.Frame);
            if (_state.GuardsRecursion)
                Store(Null, _function.Guard);
        }
        prologue();
        Branch(_function.Body);
    }

    /// <summary>Leaves at once in other processes than those traced.</summary>
    private void EmitProcessFilter()
    {
        if (_probe.FilterProcessIds.IsEmpty)
            return;
        LLVMValueRef pid = CurrentPid(isThread: false);
        LLVMBasicBlockRef ours = NewBlock();
        for (int i = 0; i < _probe.FilterProcessIds.Length; i++)
        {
            LLVMBasicBlockRef other = i + 1 == _probe.FilterProcessIds.Length ? _function.Exit : NewBlock();
            BranchIf(Equal(pid, Int(_probe.FilterProcessIds[i])), ours, other);
            if (other != _function.Exit)
                Position(other);
        }

        Position(ours);
    }

    /// <summary>A function being generated: the program itself or a callback, or a function of the script.</summary>
    private sealed class FunctionState(EmittedFunction function)
    {
        public EmittedFunction Function { get; } = function;

        /// <summary>The BPF context, in a callback handed down by its caller.</summary>
        public LLVMValueRef Context { get; set; }

        /// <summary>In a callback, a stack variable with <see cref="Context"/>; none in the program itself.</summary>
        public LLVMValueRef ContextPlace { get; set; }

        /// <summary>A stack variable with the frame's address.</summary>
        public LLVMValueRef Frame { get; set; }

        /// <summary>A stack variable with the address of the CPU's guard word, null until this run has taken it; none without a guard.</summary>
        public LLVMValueRef Guard { get; set; }

        /// <summary>A stack variable with the return value.</summary>
        public LLVMValueRef Result { get; set; }

        public LLVMBasicBlockRef Entry { get; set; }

        public LLVMBasicBlockRef Body { get; set; }

        public LLVMBasicBlockRef Exit { get; set; }

        /// <summary>The two pointers handed to callbacks; made on first use.</summary>
        public LLVMValueRef CallbackContext { get; set; }

        /// <summary>True in a loop's callback.</summary>
        public bool IsCallback { get; init; }

        /// <summary>The script's function whose code this is, also in the callbacks of its loops; null in the program's own.</summary>
        public Subprogram? Subprogram { get; init; }

        /// <summary>True in the program itself, which takes and gives back the frame.</summary>
        public bool IsProgram => !IsCallback && Subprogram is null;

        /// <summary>Stack slots, reused between statements.</summary>
        public List<StackSlot> Slots { get; } = [];

        /// <summary>Those in use, in the order they were taken.</summary>
        public List<StackSlot> Taken { get; } = [];

        public int StackBytes { get; set; }

        /// <summary>Variables this function keeps in registers or on its stack.</summary>
        public Dictionary<VariableSymbol, StackSlot> Variables { get; } = new(ReferenceEqualityComparer.Instance);
    }

    private sealed class StackSlot(LLVMValueRef address, int size)
    {
        public LLVMValueRef Address { get; } = address;

        public int Size { get; } = size;

        public bool InUse { get; set; }
    }
}
