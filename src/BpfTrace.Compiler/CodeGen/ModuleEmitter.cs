using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BpfTrace.Bpf.Proc;
using BpfTrace.Language.Text;
using LLVMSharp.Interop;

namespace BpfTrace.Compiler.CodeGen;

/// <summary>An LLVM module under construction: its context, types, map symbols and debug information.</summary>
internal sealed unsafe partial class ModuleEmitter : IDisposable
{
    private const string Triple = "bpfel";

    // v3 (kernel 5.1): 32-bit ALU and jumps, atomics. v4 would need kernel 6.6.
    private const string Processor = "v3";

    // Measured on the shapes the code generator makes: what these leave, instruction selection finishes. instcombine
    // and loop passes are out on purpose: slower, and they reshape bounds checks into forms the verifier cannot follow.
    private const string Passes = "function(sroa,early-cse,simplifycfg,early-cse,dse,adce,simplifycfg)";

    // Where no file can be.
    private const string NoDirectory = "/dev/null";

    private readonly Dictionary<string, MapSymbolRef> _maps = [];

    // By shape: a one, then a bit per argument, set for a pointer.
    private readonly LLVMTypeRef[] _helperTypes = new LLVMTypeRef[1 << 6];
    private Dictionary<string, NameTableRef>? _nameTables;
    private readonly List<LlvmMessage> _messages;
    private readonly GCHandle _messagesHandle;
    private readonly LLVMTargetMachineRef _machine;
    private readonly LLVMTargetDataRef _layout;
    private readonly LLVMDIBuilderRef _debug;
    private readonly LLVMMetadataRef _file;
    private readonly LLVMMetadataRef _integer;
    private readonly LLVMMetadataRef _pointer;
    private readonly LLVMMetadataRef _programType;
    private readonly LLVMMetadataRef _mapCallbackType;
    private readonly LLVMMetadataRef _loopCallbackType;
    private LLVMContextRef _context;
    private LLVMModuleRef _module;
    private bool _finished;

    public ModuleEmitter(SourceText source)
    {
        _messages = [];
        _messagesHandle = GCHandle.Alloc(_messages);
        _context = LLVMContextRef.Create();
        LLVM.ContextSetDiscardValueNames(_context, 1);
        _context.SetDiagnosticHandler(&OnDiagnostic, (void*)GCHandle.ToIntPtr(_messagesHandle));
        _module = _context.CreateModuleWithName("bpftrace");

        if (!LLVMTargetRef.TryGetTargetFromTriple(Triple, out LLVMTargetRef target, out string error))
            throw new LlvmNotFoundException($"libLLVM ({LibLlvm.LoadedPath}) has no BPF target: {error}");
        _machine = target.CreateTargetMachine(
            Triple, Processor, "", LLVMCodeGenOptLevel.LLVMCodeGenLevelDefault, LLVMRelocMode.LLVMRelocStatic, LLVMCodeModel.LLVMCodeModelDefault);
        _layout = _machine.CreateTargetDataLayout();
        LLVM.SetModuleDataLayout(_module, _layout);
        using (var triple = new MarshaledString(Triple))
            LLVM.SetTarget(_module, triple);

        I1 = _context.Int1Type;
        I8 = _context.Int8Type;
        I16 = _context.Int16Type;
        I32 = _context.Int32Type;
        I64 = _context.Int64Type;
        Pointer = LLVMTypeRef.CreatePointer(I8, 0);

        _debug = _module.CreateDIBuilder();

        // LLVM reads the file of this name for the lines of .BTF.ext: that must be the script, and no named pipe, which would keep it waiting.
        _file = source.IsFile && RegularFile.Exists(source.Name)
            ? _debug.CreateFile(source.Name, "")
            : _debug.CreateFile(Path.GetFileName(source.Name), NoDirectory);
        _debug.CreateCompileUnit(
            LLVMDWARFSourceLanguage.LLVMDWARFSourceLanguageC, _file, "bpftrace", 1, "", 0, "", LLVMDWARFEmissionKind.LLVMDWARFEmissionFull, 0, 0, 0, "", "");
        _module.AddModuleFlag(
            "Debug Info Version", LLVMModuleFlagBehavior.LLVMModuleFlagBehaviorWarning, LLVM.ValueAsMetadata(LLVMValueRef.CreateConstInt(I32, 3)));
        LLVMMetadataRef integer = _integer = BasicType("int64", 64, 5); // DW_ATE_signed
        LLVMMetadataRef pointer = _pointer = LLVM.DIBuilderCreatePointerType(_debug, null, 64, 0, 0, null, 0);
        // Result first, then the parameters.
        LLVMOpaqueMetadata** types = stackalloc LLVMOpaqueMetadata*[] { integer, pointer, pointer, pointer, pointer };
        _programType = LLVM.DIBuilderCreateSubroutineType(_debug, _file, types, 2, LLVMDIFlags.LLVMDIFlagZero);
        _mapCallbackType = LLVM.DIBuilderCreateSubroutineType(_debug, _file, types, 5, LLVMDIFlags.LLVMDIFlagZero);
        types[1] = integer;
        _loopCallbackType = LLVM.DIBuilderCreateSubroutineType(_debug, _file, types, 3, LLVMDIFlags.LLVMDIFlagZero);
    }

    public LLVMTypeRef I1 { get; }

    public LLVMTypeRef I8 { get; }

    public LLVMTypeRef I16 { get; }

    public LLVMTypeRef I32 { get; }

    public LLVMTypeRef I64 { get; }

    public LLVMTypeRef Pointer { get; }

    public LLVMContextRef Context => _context;

    /// <summary>What LLVM said while emitting.</summary>
    public IReadOnlyList<LlvmMessage> Messages => _messages;

    /// <summary>The symbol a program refers to a map by.</summary>
    public LLVMValueRef Map(string name)
    {
        if (_maps.TryGetValue(name, out MapSymbolRef? known))
            return known.Value;

        LLVMValueRef symbol = _module.AddGlobal(I64, name);
        LLVM.SetInitializer(symbol, LLVMValueRef.CreateConstNull(I64));
        using var section = new MarshaledString(".maps");
        LLVM.SetSection(symbol, section);
        _maps.Add(name, new MapSymbolRef(symbol));
        return symbol;
    }

    /// <summary>The type of the kernel's functions in use: a number or address of one.</summary>
    public LLVMTypeRef KernelFunctionType
    {
        get
        {
            LLVMOpaqueType** parameters = stackalloc LLVMOpaqueType*[] { I64 };
            return LLVM.FunctionType(I64, parameters, 1, 0);
        }
    }

    /// <summary>A function the kernel has: a symbol that the object does not define.</summary>
    public LLVMValueRef KernelFunction(string name)
    {
        if (!_maps.TryGetValue(name, out MapSymbolRef? known))
            _maps.Add(name, known = new MapSymbolRef(_module.AddFunction(name, KernelFunctionType)));
        return known.Value;
    }

    /// <summary>Constant data under a name of its own.</summary>
    public LLVMValueRef AddConstant(string name, byte[] bytes)
    {
        LLVMValueRef symbol = _module.AddGlobal(LLVMTypeRef.CreateArray(I8, (uint)bytes.Length), name);
        fixed (byte* data = bytes)
            LLVM.SetInitializer(symbol, LLVM.ConstStringInContext(_context, (sbyte*)data, (uint)bytes.Length, 1));
        LLVM.SetGlobalConstant(symbol, 1);
        using var section = new MarshaledString(".rodata");
        LLVM.SetSection(symbol, section);
        return symbol;
    }

    /// <summary>The texts a function looks up, as constant data.</summary>
    /// <param name="function">The function.</param>
    /// <param name="count">How many numbers have a slot; the slot after them is for all others.</param>
    public LLVMValueRef NameTable(string function, out int count)
    {
        _nameTables ??= [];
        if (!_nameTables.TryGetValue(function, out NameTableRef? table))
        {
            byte[] bytes = NameTables.Create(function);
            table = new NameTableRef(AddConstant(function, bytes), (bytes.Length / NameTables.SlotSize) - 1);
            _nameTables.Add(function, table);
        }

        count = table.Count;
        return table.Symbol;
    }

    /// <summary>The type of a helper with these arguments: 64-bit integers, as registers are, and pointers.</summary>
    public LLVMTypeRef HelperType(LLVMOpaqueValue** arguments, int count)
    {
        int shape = 1;
        for (int i = 0; i < count; i++)
            shape = (shape << 1) | (((LLVMValueRef)arguments[i]).TypeOf == Pointer ? 1 : 0);
        ref LLVMTypeRef type = ref _helperTypes[shape];
        if (type.Handle == IntPtr.Zero)
        {
            LLVMOpaqueType** parameters = stackalloc LLVMOpaqueType*[5];
            for (int i = 0; i < count; i++)
                parameters[i] = ((LLVMValueRef)arguments[i]).TypeOf;
            type = LLVM.FunctionType(I64, parameters, (uint)count, 0);
        }

        return type;
    }

    /// <summary>Adds a program: <c>int64 name(void *ctx)</c> in a section of its own.</summary>
    public EmittedFunction AddProgram(string name, string section, uint line) =>
        Add(name, section, FunctionType(1, firstIsIndex: false), _programType, line, isLocal: false);

    /// <summary>Adds a callback of bpf_for_each_map_elem: <c>int64 name(map, key, value, ctx)</c>.</summary>
    public EmittedFunction AddMapCallback(string name, uint line) =>
        Add(name, ".text", FunctionType(4, firstIsIndex: false), _mapCallbackType, line, isLocal: true);

    /// <summary>Adds a function of the script: <c>int64 name(ctx, int64 …)</c>.</summary>
    /// <param name="name">Its symbol, unique in the module.</param>
    /// <param name="parameters">How many numbers it takes, four at the most.</param>
    /// <param name="line">The 1-based line of the script.</param>
    public EmittedFunction AddSubprogram(string name, int parameters, uint line)
    {
        LLVMOpaqueMetadata** debugTypes = stackalloc LLVMOpaqueMetadata*[] { _integer, _pointer, _integer, _integer, _integer, _integer };
        LLVMMetadataRef debugType = LLVM.DIBuilderCreateSubroutineType(_debug, _file, debugTypes, (uint)parameters + 2, LLVMDIFlags.LLVMDIFlagZero);
        return Add(name, ".text", SubprogramType(parameters), debugType, line, isLocal: true);
    }

    /// <summary>The type of a function of the script with this many numbers.</summary>
    public LLVMTypeRef SubprogramType(int parameters)
    {
        LLVMOpaqueType** types = stackalloc LLVMOpaqueType*[] { Pointer, I64, I64, I64, I64 };
        return LLVM.FunctionType(I64, types, (uint)parameters + 1, 0);
    }

    /// <summary>Adds a callback of bpf_loop: <c>int64 name(u64 index, ctx)</c>.</summary>
    public EmittedFunction AddLoopCallback(string name, uint line) =>
        Add(name, ".text", FunctionType(2, firstIsIndex: true), _loopCallbackType, line, isLocal: true);

    /// <summary>The module as LLVM IR text.</summary>
    public string PrintIr() => _module.PrintToString();

    /// <summary>Ends construction, verifies and optimises.</summary>
    /// <exception cref="InvalidOperationException">The module is not valid IR: a mistake of the code generator.</exception>
    public void Finish()
    {
        if (_finished)
            return;
        _finished = true;
        _debug.DIBuilderFinalize();
        if (!_module.TryVerify(LLVMVerifierFailureAction.LLVMReturnStatusAction, out string message))
            throw new InvalidOperationException("The generated LLVM IR is not valid: " + message);
    }

    /// <summary>Runs the optimisation passes.</summary>
    public void Optimise()
    {
        LLVMPassBuilderOptionsRef options = LLVMPassBuilderOptionsRef.Create();
        using var passes = new MarshaledString(_cFunctions is null ? Passes : CPasses);
        LLVMOpaqueError* error = LLVM.RunPasses(_module, passes, _machine, options);
        options.Dispose();
        if (error != null)
        {
            sbyte* text = LLVM.GetErrorMessage(error);
            string message = Marshal.PtrToStringUTF8((IntPtr)text) ?? "";
            LLVM.DisposeErrorMessage(text);
            throw new InvalidOperationException("LLVM does not take the pass pipeline: " + message);
        }
    }

    /// <summary>Emits the object file, or its assembly text. May leave errors in <see cref="Messages"/>.</summary>
    public byte[] Emit(LLVMCodeGenFileType kind)
    {
        LLVMOpaqueMemoryBuffer* buffer = null;
        sbyte* error = null;
        if (LLVM.TargetMachineEmitToMemoryBuffer(_machine, _module, kind, &error, &buffer) != 0)
        {
            string message = Marshal.PtrToStringUTF8((IntPtr)error) ?? "";
            LLVM.DisposeMessage(error);
            throw new InvalidOperationException("LLVM cannot emit the object: " + message);
        }

        byte[] image = new ReadOnlySpan<byte>(LLVM.GetBufferStart(buffer), checked((int)LLVM.GetBufferSize(buffer))).ToArray();
        LLVM.DisposeMemoryBuffer(buffer);
        return image;
    }

    public void Dispose()
    {
        LLVM.DisposeDIBuilder(_debug);
        _module.Dispose();
        LLVM.DisposeTargetData(_layout);
        LLVM.DisposeTargetMachine(_machine);
        _context.Dispose();
        _messagesHandle.Free();
    }

    private EmittedFunction Add(string name, string section, LLVMTypeRef type, LLVMMetadataRef debugType, uint line, bool isLocal)
    {
        LLVMValueRef function = _module.AddFunction(name, type);
        using (var marshaledSection = new MarshaledString(section))
            LLVM.SetSection(function, marshaledSection);
        if (isLocal)
            LLVM.SetLinkage(function, LLVMLinkage.LLVMInternalLinkage);
        LLVMMetadataRef subprogram = _debug.CreateFunction(
            _file, name, name, _file, line, debugType, isLocal ? 1 : 0, 1, line, LLVMDIFlags.LLVMDIFlagPrototyped, 1);
        LLVM.SetSubprogram(function, subprogram);
        return new EmittedFunction(function, subprogram);
    }

    /// <summary>A function of pointers, the first perhaps a number, that returns a number.</summary>
    private LLVMTypeRef FunctionType(uint count, bool firstIsIndex)
    {
        LLVMOpaqueType** parameters = stackalloc LLVMOpaqueType*[] { firstIsIndex ? I64 : Pointer, Pointer, Pointer, Pointer };
        return LLVM.FunctionType(I64, parameters, count, 0);
    }

    private LLVMMetadataRef BasicType(string name, ulong bits, uint encoding)
    {
        using var marshaled = new MarshaledString(name);
        return LLVM.DIBuilderCreateBasicType(_debug, marshaled, (nuint)marshaled.Length, bits, encoding, LLVMDIFlags.LLVMDIFlagZero);
    }

    // A class, so that the dictionary is one the framework has compiled ahead.
    private sealed class MapSymbolRef(LLVMValueRef value)
    {
        public LLVMValueRef Value { get; } = value;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDiagnostic(LLVMOpaqueDiagnosticInfo* info, void* context)
    {
        // Optimisers make remarks by the hundred: not even their text is wanted.
        LLVMDiagnosticSeverity severity = LLVM.GetDiagInfoSeverity(info);
        if (severity is not (LLVMDiagnosticSeverity.LLVMDSError or LLVMDiagnosticSeverity.LLVMDSWarning))
            return;
        sbyte* text = LLVM.GetDiagInfoDescription(info);
        var message = new LlvmMessage(severity == LLVMDiagnosticSeverity.LLVMDSError, Marshal.PtrToStringUTF8((IntPtr)text) ?? "");
        LLVM.DisposeMessage(text);
        ((List<LlvmMessage>)GCHandle.FromIntPtr((IntPtr)context).Target!).Add(message);
    }
}

/// <summary>A function of the module with its debug scope.</summary>
internal readonly record struct EmittedFunction(LLVMValueRef Value, LLVMMetadataRef Scope);

/// <summary>Something LLVM reported to its diagnostic handler.</summary>
internal sealed record LlvmMessage(bool IsError, string Text);

/// <summary>Constant texts by number. A class, so that a dictionary of it is one the framework has compiled ahead.</summary>
internal sealed record NameTableRef(LLVMValueRef Symbol, int Count);
