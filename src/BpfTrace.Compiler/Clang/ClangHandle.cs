using System.Runtime.InteropServices;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Compiler.Clang;

/// <summary>An index and the one translation unit in it. The types read from the unit hold on to it.</summary>
internal sealed unsafe class ClangHandle : SafeHandle
{
    private readonly void* _index;

    public ClangHandle(void* index, void* unit)
        : base(IntPtr.Zero, ownsHandle: true)
    {
        _index = index;
        SetHandle((nint)unit);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == IntPtr.Zero;

    /// <summary>The translation unit.</summary>
    public void* Unit => (void*)handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        ClangNative.DisposeTranslationUnit((void*)handle);
        ClangNative.DisposeIndex(_index);
        return true;
    }
}

/// <summary>A cursor to keep: a class, since tables of the library's structures would be compiled when they are made.</summary>
internal sealed class ClangDeclaration(CXCursor cursor)
{
    public CXCursor Cursor => cursor;

    /// <summary>What was read of it.</summary>
    public BpfType? Type { get; init; }
}
