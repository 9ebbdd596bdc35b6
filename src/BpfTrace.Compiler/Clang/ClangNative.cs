using System.Runtime.InteropServices;

namespace BpfTrace.Compiler.Clang;

/// <summary>The entry points of libclang that are used, under their own names without <c>clang_</c>. The C API is stable over the versions supported.</summary>
internal static unsafe partial class ClangNative
{
    private const string Library = LibClang.LibraryName;

    [LibraryImport(Library, EntryPoint = "clang_getCString")]
    public static partial byte* GetCString(CXString @string);

    [LibraryImport(Library, EntryPoint = "clang_disposeString")]
    public static partial void DisposeString(CXString @string);

    [LibraryImport(Library, EntryPoint = "clang_getClangVersion")]
    public static partial CXString GetClangVersion();

    [LibraryImport(Library, EntryPoint = "clang_createIndex")]
    public static partial void* CreateIndex(int excludeDeclarationsFromPCH, int displayDiagnostics);

    [LibraryImport(Library, EntryPoint = "clang_disposeIndex")]
    public static partial void DisposeIndex(void* index);

    [LibraryImport(Library, EntryPoint = "clang_toggleCrashRecovery")]
    public static partial void ToggleCrashRecovery(uint isEnabled);

    [LibraryImport(Library, EntryPoint = "clang_parseTranslationUnit2")]
    public static partial int ParseTranslationUnit2(
        void* index, byte* sourceFilename, byte** arguments, int argumentCount, CXUnsavedFile* unsavedFiles, uint unsavedFileCount, CXTranslationUnitFlags options, void** unit);

    [LibraryImport(Library, EntryPoint = "clang_disposeTranslationUnit")]
    public static partial void DisposeTranslationUnit(void* unit);

    [LibraryImport(Library, EntryPoint = "clang_getTranslationUnitCursor")]
    public static partial CXCursor GetTranslationUnitCursor(void* unit);

    [LibraryImport(Library, EntryPoint = "clang_getNumDiagnostics")]
    public static partial uint GetNumDiagnostics(void* unit);

    [LibraryImport(Library, EntryPoint = "clang_getDiagnostic")]
    public static partial void* GetDiagnostic(void* unit, uint index);

    [LibraryImport(Library, EntryPoint = "clang_disposeDiagnostic")]
    public static partial void DisposeDiagnostic(void* diagnostic);

    [LibraryImport(Library, EntryPoint = "clang_getDiagnosticSeverity")]
    public static partial CXDiagnosticSeverity GetDiagnosticSeverity(void* diagnostic);

    [LibraryImport(Library, EntryPoint = "clang_getDiagnosticSpelling")]
    public static partial CXString GetDiagnosticSpelling(void* diagnostic);

    [LibraryImport(Library, EntryPoint = "clang_getDiagnosticLocation")]
    public static partial CXSourceLocation GetDiagnosticLocation(void* diagnostic);

    [LibraryImport(Library, EntryPoint = "clang_getChildDiagnostics")]
    public static partial void* GetChildDiagnostics(void* diagnostic);

    [LibraryImport(Library, EntryPoint = "clang_getNumDiagnosticsInSet")]
    public static partial uint GetNumDiagnosticsInSet(void* set);

    [LibraryImport(Library, EntryPoint = "clang_getDiagnosticInSet")]
    public static partial void* GetDiagnosticInSet(void* set, uint index);

    [LibraryImport(Library, EntryPoint = "clang_getExpansionLocation")]
    public static partial void GetExpansionLocation(CXSourceLocation location, void** file, uint* line, uint* column, uint* offset);

    [LibraryImport(Library, EntryPoint = "clang_getFileName")]
    public static partial CXString GetFileName(void* file);

    [LibraryImport(Library, EntryPoint = "clang_getInclusions")]
    public static partial void GetInclusions(void* unit, delegate* unmanaged[Cdecl]<void*, CXSourceLocation*, uint, void*, void> visitor, void* data);

    [LibraryImport(Library, EntryPoint = "clang_visitChildren")]
    public static partial uint VisitChildren(CXCursor parent, delegate* unmanaged[Cdecl]<CXCursor, CXCursor, void*, int> visitor, void* data);

    [LibraryImport(Library, EntryPoint = "clang_Type_visitFields")]
    public static partial uint TypeVisitFields(CXType type, delegate* unmanaged[Cdecl]<CXCursor, void*, int> visitor, void* data);

    [LibraryImport(Library, EntryPoint = "clang_getCursorSpelling")]
    public static partial CXString GetCursorSpelling(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_getCursorLocation")]
    public static partial CXSourceLocation GetCursorLocation(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_getCursorExtent")]
    public static partial CXSourceRange GetCursorExtent(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_getCursorType")]
    public static partial CXType GetCursorType(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_getCursorDefinition")]
    public static partial CXCursor GetCursorDefinition(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_Cursor_isNull")]
    public static partial int CursorIsNull(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_isCursorDefinition")]
    public static partial uint IsCursorDefinition(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_Cursor_isAnonymous")]
    public static partial uint CursorIsAnonymous(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_hashCursor")]
    public static partial uint HashCursor(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_Cursor_isBitField")]
    public static partial uint CursorIsBitField(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_getFieldDeclBitWidth")]
    public static partial int GetFieldDeclBitWidth(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_Cursor_getOffsetOfField")]
    public static partial long CursorGetOffsetOfField(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_Cursor_isMacroFunctionLike")]
    public static partial uint CursorIsMacroFunctionLike(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_getEnumConstantDeclValue")]
    public static partial long GetEnumConstantDeclValue(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_getEnumConstantDeclUnsignedValue")]
    public static partial ulong GetEnumConstantDeclUnsignedValue(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_getEnumDeclIntegerType")]
    public static partial CXType GetEnumDeclIntegerType(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_getTypedefDeclUnderlyingType")]
    public static partial CXType GetTypedefDeclUnderlyingType(CXCursor cursor);

    [LibraryImport(Library, EntryPoint = "clang_getCanonicalType")]
    public static partial CXType GetCanonicalType(CXType type);

    [LibraryImport(Library, EntryPoint = "clang_Type_getNamedType")]
    public static partial CXType TypeGetNamedType(CXType type);

    [LibraryImport(Library, EntryPoint = "clang_getPointeeType")]
    public static partial CXType GetPointeeType(CXType type);

    [LibraryImport(Library, EntryPoint = "clang_getArrayElementType")]
    public static partial CXType GetArrayElementType(CXType type);

    [LibraryImport(Library, EntryPoint = "clang_getArraySize")]
    public static partial long GetArraySize(CXType type);

    [LibraryImport(Library, EntryPoint = "clang_getTypeDeclaration")]
    public static partial CXCursor GetTypeDeclaration(CXType type);

    [LibraryImport(Library, EntryPoint = "clang_Type_getSizeOf")]
    public static partial long TypeGetSizeOf(CXType type);

    [LibraryImport(Library, EntryPoint = "clang_tokenize")]
    public static partial void Tokenize(void* unit, CXSourceRange range, CXToken** tokens, uint* count);

    [LibraryImport(Library, EntryPoint = "clang_disposeTokens")]
    public static partial void DisposeTokens(void* unit, CXToken* tokens, uint count);

    [LibraryImport(Library, EntryPoint = "clang_getTokenSpelling")]
    public static partial CXString GetTokenSpelling(void* unit, CXToken token);

    [LibraryImport(Library, EntryPoint = "clang_getTokenKind")]
    public static partial int GetTokenKind(CXToken token);

    /// <summary>A string of the library's, which is freed.</summary>
    public static string Text(CXString text)
    {
        string result = Marshal.PtrToStringUTF8((nint)GetCString(text)) ?? "";
        DisposeString(text);
        return result;
    }
}
