using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using BpfTrace.Language.CDefinitions;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Compiler.Clang;

/// <summary>A translation unit: its declarations by name, found in one walk when the first is asked for.</summary>
internal sealed unsafe class ClangUnit : ICUnit
{
    private readonly ClangHandle _handle;
    private readonly ClangTypeReader _types;
    private readonly Dictionary<string, ClangDeclaration> _records = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClangDeclaration> _enums = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClangDeclaration> _typedefs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClangDeclaration> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClangDeclaration> _macros = new(StringComparer.Ordinal);
    private bool _walked;

    public ClangUnit(ClangHandle handle, IKernelTypeNames kernelTypes)
    {
        _handle = handle;
        _types = new ClangTypeReader(handle, kernelTypes);
        Diagnostics = ClangDiagnostics.Read(handle.Unit);
    }

    /// <inheritdoc/>
    public ImmutableArray<CDiagnostic> Diagnostics { get; }

    /// <inheritdoc/>
    public StructType? FindStruct(string name, bool isUnion)
    {
        if (!Find(_records, (isUnion ? "union " : "struct ") + name, out CXCursor cursor))
            return null;
        var type = _types.Read(ClangNative.GetCursorType(cursor)) as StructType;
        return type is not null && type.Origin == ClangTypeReader.Origin ? type : null;
    }

    /// <inheritdoc/>
    public EnumType? FindEnum(string name) => Find(_enums, name, out CXCursor cursor) ? _types.Read(ClangNative.GetCursorType(cursor)) as EnumType : null;

    /// <inheritdoc/>
    public BpfType? FindTypedef(string name) =>
        Find(_typedefs, name, out CXCursor cursor) && !IsStub(cursor) ? _types.Read(ClangNative.GetTypedefDeclUnderlyingType(cursor)) : null;

    /// <inheritdoc/>
    public (EnumType Type, long Value)? FindConstant(string name) =>
        Find(_constants, name, out CXCursor cursor) && !IsStub(cursor) && _types.ReadEnumOf(cursor) is { } type
            ? (type, ClangTypeReader.ValueOf(cursor, type.Underlying.IsSigned)) : null;

    /// <inheritdoc/>
    public CMacro? FindMacro(string name)
    {
        if (!Find(_macros, name, out CXCursor cursor))
            return null;
        List<string> tokens = Tokens(cursor);
        if (ClangNative.CursorIsMacroFunctionLike(cursor) == 0)
            return new CMacro(name, default, Join(tokens, 1));
        int close = tokens.IndexOf(")");
        return close < 0 ? null : new CMacro(name, [.. tokens.GetRange(2, close - 2).Where(static t => t != ",")], Join(tokens, close + 1));
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static bool IsStub(CXCursor cursor) => ClangTypeReader.FileOf(cursor) == ClangFrontEnd.StubFile;

    private bool Find(Dictionary<string, ClangDeclaration> table, string name, out CXCursor cursor)
    {
        if (!_walked)
        {
            _walked = true;
            Walk();
        }

        ClangDeclaration? declaration = table.GetValueOrDefault(name);
        cursor = declaration is null ? default : declaration.Cursor;
        return declaration is not null;
    }

    private void Walk()
    {
        GCHandle self = GCHandle.Alloc(this);
        try
        {
            _ = ClangNative.VisitChildren(ClangNative.GetTranslationUnitCursor(_handle.Unit), &Visit, (void*)GCHandle.ToIntPtr(self));
        }
        finally
        {
            self.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Visit(CXCursor cursor, CXCursor parent, void* data)
    {
        var unit = (ClangUnit)GCHandle.FromIntPtr((nint)data).Target!;
        switch (cursor.Kind)
        {
            case CXCursorKind.StructDecl or CXCursorKind.UnionDecl:
                if (ClangNative.IsCursorDefinition(cursor) != 0 && ClangNative.CursorIsAnonymous(cursor) == 0)
                    unit._records[(cursor.Kind == CXCursorKind.UnionDecl ? "union " : "struct ") + ClangNative.Text(ClangNative.GetCursorSpelling(cursor))] = new ClangDeclaration(cursor);
                return CXVisit.Recurse;
            case CXCursorKind.EnumDecl:
                if (ClangNative.IsCursorDefinition(cursor) != 0)
                    unit._enums[ClangNative.Text(ClangNative.GetCursorSpelling(cursor))] = new ClangDeclaration(cursor);
                return CXVisit.Recurse;
            case CXCursorKind.EnumConstantDecl:
                unit._constants[ClangNative.Text(ClangNative.GetCursorSpelling(cursor))] = new ClangDeclaration(cursor);
                unit._types.Remember(cursor, parent);
                return CXVisit.Continue;
            case CXCursorKind.TypedefDecl:
                unit._typedefs[ClangNative.Text(ClangNative.GetCursorSpelling(cursor))] = new ClangDeclaration(cursor);
                return CXVisit.Recurse;
            case CXCursorKind.MacroDefinition:
                // The compiler's own have no file.
                if (ClangTypeReader.FileOf(cursor).Length > 0)
                    unit._macros[ClangNative.Text(ClangNative.GetCursorSpelling(cursor))] = new ClangDeclaration(cursor);
                return CXVisit.Continue;
            case CXCursorKind.FieldDecl:
                return CXVisit.Recurse;
            default:
                return CXVisit.Continue;
        }
    }

    private List<string> Tokens(CXCursor cursor)
    {
        var texts = new List<string>();
        CXToken* tokens;
        uint count;
        ClangNative.Tokenize(_handle.Unit, ClangNative.GetCursorExtent(cursor), &tokens, &count);
        const int Comment = 4;
        for (uint i = 0; i < count; i++)
        {
            if (ClangNative.GetTokenKind(tokens[i]) != Comment)
                texts.Add(ClangNative.Text(ClangNative.GetTokenSpelling(_handle.Unit, tokens[i])));
        }

        ClangNative.DisposeTokens(_handle.Unit, tokens, count);
        return texts;
    }

    private static string Join(List<string> tokens, int start)
    {
        var text = new StringBuilder();
        for (int i = start; i < tokens.Count; i++)
        {
            // The language knows "." and "->" between names without blanks around them only.
            bool isMember = tokens[i] is "." or "->" or "(" or ")" or "[" or "]";
            if (text.Length > 0 && !isMember && tokens[i - 1] is not ("." or "->" or "(" or "["))
                text.Append(' ');
            text.Append(tokens[i]);
        }

        return text.ToString();
    }
}
