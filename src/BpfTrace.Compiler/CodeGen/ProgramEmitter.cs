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
    private readonly int _index;
    private readonly LLVMBuilderRef _builder;
    private readonly LLVMBuilderRef _entryBuilder;
    private FunctionState _function = null!;
    private int _callbacks;

    private ProgramEmitter(CompilationState state, ModuleEmitter module, BoundProbe probe, int index)
    {
        _state = state;
        _module = module;
        _probe = probe;
        _index = index;
        _builder = module.Context.CreateBuilder();
        _entryBuilder = module.Context.CreateBuilder();
    }

    /// <summary>Generates the program of a probe.</summary>
    /// <param name="state">What the programs share.</param>
    /// <param name="module">Where it goes.</param>
    /// <param name="probe">The probe.</param>
    /// <param name="index">Its place among the programs: its entry of the scratch map.</param>
    public static void Emit(CompilationState state, ModuleEmitter module, BoundProbe probe, int index)
    {
        var emitter = new ProgramEmitter(state, module, probe, index);
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
        AssignVariables();
        EmitProcessFilter();
        EmitStatement(_probe.Body);
        EndFunction(EmitFrameLookup);
        if (_frameMaximum <= MaximumPerCpuFrame)
            _state.FrameSize = Math.Max(_state.FrameSize, _frameMaximum);
        else
            _state.LargeFrameSize = Math.Max(_state.LargeFrameSize, _frameMaximum);
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
        Position(_function.Body);
    }

    /// <summary>Closes the function; <paramref name="prologue"/> runs in the entry block, after every slot is known.</summary>
    private void EndFunction(Action prologue)
    {
        Branch(_function.Exit);
        Position(_function.Exit);
        _builder.BuildRet(Load(_module.I64, _function.Result));

        Position(_function.Entry);
        Store(Int(0), _function.Result);
        prologue();
        Branch(_function.Body);
    }

    /// <summary>Leaves at once in other processes than the one traced.</summary>
    private void EmitProcessFilter()
    {
        if (_probe.FilterProcessId is not { } process)
            return;
        LLVMValueRef pid = Shr(Call(Helper.get_current_pid_tgid), 32);
        LLVMBasicBlockRef ours = NewBlock();
        BranchIf(Equal(pid, Int(process)), ours, _function.Exit);
        Position(ours);
    }

    /// <summary>A function being generated: the program itself or a callback.</summary>
    private sealed class FunctionState(EmittedFunction function)
    {
        public EmittedFunction Function { get; } = function;

        /// <summary>The BPF context, in a callback handed down by its caller.</summary>
        public LLVMValueRef Context { get; set; }

        /// <summary>In a callback, a stack variable with <see cref="Context"/>; none in the program itself.</summary>
        public LLVMValueRef ContextPlace { get; set; }

        /// <summary>A stack variable with the frame's address.</summary>
        public LLVMValueRef Frame { get; set; }

        /// <summary>A stack variable with the return value.</summary>
        public LLVMValueRef Result { get; set; }

        public LLVMBasicBlockRef Entry { get; set; }

        public LLVMBasicBlockRef Body { get; set; }

        public LLVMBasicBlockRef Exit { get; set; }

        /// <summary>The two pointers handed to callbacks; made on first use.</summary>
        public LLVMValueRef CallbackContext { get; set; }

        /// <summary>True in a loop's callback.</summary>
        public bool IsCallback { get; init; }

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
