using System.Runtime.InteropServices;
using System.Text;
using BpfTrace.Language.CDefinitions;

namespace BpfTrace.Compiler.Clang;

/// <summary>Reads C through libclang, which is loaded for the first text.</summary>
public sealed class ClangFrontEnd : ICFrontEnd
{
    /// <summary>The name the text has in the library's eyes.</summary>
    internal const string MainFile = "/bpftrace/script.c";

    /// <summary>The name of the stubs for kernel types.</summary>
    internal const string StubFile = "/bpftrace/kernel_types.h";

    // libclang's handlers for its own crashes are the process's; two readers would take them from each other.
    private static readonly Lock s_lock = new();

    /// <inheritdoc/>
    public string? WhyMissing => LibClang.TryLoad() ? null : LibClang.WhyMissing;

    /// <summary>The kernel headers' directories; null for those of the running kernel. For tests.</summary>
    internal KernelHeaders? Headers { get; init; }

    /// <inheritdoc/>
    public ICUnit Parse(CInput input, IKernelTypeNames types)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(types);
        if (WhyMissing is { } why)
            throw new InvalidOperationException(why);
        lock (s_lock)
            return new ClangUnit(LlvmHost.WithoutHandler(() => ParseText(input)), types);
    }

    private unsafe ClangHandle ParseText(CInput input)
    {
        using var memory = new NativeTexts();
        List<string> arguments = ClangArguments.For(input, Headers ?? KernelHeaders.Find());
        byte** argv = stackalloc byte*[arguments.Count];
        for (int i = 0; i < arguments.Count; i++)
            argv[i] = memory.Add(arguments[i], out _);

        int count = 2;
        CXUnsavedFile* files = stackalloc CXUnsavedFile[2 + BuiltinHeaders.Files.Length];
        files[0] = memory.File(MainFile, input.Text);
        files[1] = memory.File(StubFile, input.KernelStubs);
        foreach ((string name, string text) in BuiltinHeaders.Files)
            files[count++] = memory.File(BuiltinHeaders.Directory + "/" + name, text);

        void* index = ClangNative.CreateIndex(0, 0);
        try
        {
            void* unit = null;
            int error = ClangNative.ParseTranslationUnit2(
                index, files[0].Filename, argv, arguments.Count, files, (uint)count,
                CXTranslationUnitFlags.DetailedPreprocessingRecord | CXTranslationUnitFlags.SkipFunctionBodies | CXTranslationUnitFlags.KeepGoing, &unit);
            if (error != 0 || unit is null)
                throw new ClangFailedException($"libclang could not read the C definitions (error {error}).");
            return new ClangHandle(index, unit);
        }
        catch
        {
            ClangNative.DisposeIndex(index);
            throw;
        }
        finally
        {
            // An index turns on handlers for SIGSEGV and its kin, which are .NET's own for the rest of the time.
            ClangNative.ToggleCrashRecovery(0);
        }
    }

    /// <summary>Texts in native memory, freed together.</summary>
    private sealed unsafe class NativeTexts : IDisposable
    {
        // Room for what is given at once; lists of pointers would be compiled when they are made.
        private nint[] _blocks = new nint[64];
        private int _count;

        public byte* Add(string text, out int length)
        {
            length = Encoding.UTF8.GetByteCount(text);
            byte* block = (byte*)NativeMemory.Alloc((nuint)length + 1);
            if (_count == _blocks.Length)
                Array.Resize(ref _blocks, 2 * _count);
            _blocks[_count++] = (nint)block;
            Encoding.UTF8.GetBytes(text, new Span<byte>(block, length));
            block[length] = 0;
            return block;
        }

        public CXUnsavedFile File(string name, string text)
        {
            byte* contents = Add(text, out int length);
            return new CXUnsavedFile { Filename = Add(name, out _), Contents = contents, Length = (nuint)length };
        }

        public void Dispose()
        {
            for (int i = 0; i < _count; i++)
                NativeMemory.Free((void*)_blocks[i]);
        }
    }
}

/// <summary>libclang failed as a whole, which says nothing about the text.</summary>
public sealed class ClangFailedException(string message) : Exception(message);
