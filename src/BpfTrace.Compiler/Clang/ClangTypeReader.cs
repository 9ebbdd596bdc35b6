using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BpfTrace.Language.CDefinitions;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Compiler.Clang;

/// <summary>
/// Turns clang's types into the language's: structures stay unread until a member is asked for. What stands for a kernel type is the kernel's.
/// </summary>
internal sealed unsafe class ClangTypeReader(ClangHandle handle, IKernelTypeNames kernel)
{
    /// <summary>The origin of structures that C text defines, as of those the language reads itself.</summary>
    public const string Origin = "script";

    private const int MaxDepth = 64;

    /// <summary>Bytes: what is larger is cut, no probe reads so far.</summary>
    private const int MaxSize = 1 << 26;

    // By the declaration's hash: equal hashes of different declarations are told apart by the list.
    private readonly Dictionary<string, List<ClangDeclaration>> _known = [];
    private readonly Dictionary<string, ClangDeclaration> _enumOfConstant = new(StringComparer.Ordinal);

    /// <summary>A type; one the language does not compute with is the bytes it takes.</summary>
    public BpfType Read(CXType type) => Read(type, 0);

    /// <summary>Remembers which enum a constant is of.</summary>
    public void Remember(CXCursor constant, CXCursor parent) => _enumOfConstant[ClangNative.Text(ClangNative.GetCursorSpelling(constant))] = new ClangDeclaration(parent);

    /// <summary>The enum of a constant that was remembered.</summary>
    public EnumType? ReadEnumOf(CXCursor constant) =>
        _enumOfConstant.TryGetValue(ClangNative.Text(ClangNative.GetCursorSpelling(constant)), out ClangDeclaration? parent) ? Read(ClangNative.GetCursorType(parent.Cursor)) as EnumType : null;

    /// <summary>An enum constant's value; its bits where the enum has no sign.</summary>
    public static long ValueOf(CXCursor constant, bool isSigned) =>
        isSigned ? ClangNative.GetEnumConstantDeclValue(constant) : unchecked((long)ClangNative.GetEnumConstantDeclUnsignedValue(constant));

    /// <summary>The file a cursor is in; empty for none.</summary>
    public static string FileOf(CXCursor cursor)
    {
        void* file;
        uint line, column, offset;
        ClangNative.GetExpansionLocation(ClangNative.GetCursorLocation(cursor), &file, &line, &column, &offset);
        return file is null ? "" : ClangNative.Text(ClangNative.GetFileName(file));
    }

    /// <summary>A declaration's name; empty for one without, which newer versions describe: <c>union S::(anonymous at file.c:2:19)</c>.</summary>
    private static string NameOf(CXCursor declaration)
    {
        string name = ClangNative.Text(ClangNative.GetCursorSpelling(declaration));
        return name.Contains('(', StringComparison.Ordinal) ? "" : name;
    }

    private BpfType Read(CXType type, int depth)
    {
        if (depth > MaxDepth)
            return BpfType.Void;
        if (FindKernelTypedef(type) is { } named)
            return named;
        type = ClangNative.GetCanonicalType(type);
        switch (type.Kind)
        {
            case CXTypeKind.Bool:
                return BpfType.Bool;
            case CXTypeKind.CharU or CXTypeKind.UChar or CXTypeKind.UShort or CXTypeKind.UInt or CXTypeKind.ULong or CXTypeKind.ULongLong or CXTypeKind.Char16 or CXTypeKind.Char32:
                return new IntegerType(8 * (int)ClangNative.TypeGetSizeOf(type), false);
            case CXTypeKind.CharS or CXTypeKind.SChar or CXTypeKind.Short or CXTypeKind.Int or CXTypeKind.Long or CXTypeKind.LongLong or CXTypeKind.WChar:
            case CXTypeKind.Float or CXTypeKind.Double:
                return new IntegerType(8 * (int)ClangNative.TypeGetSizeOf(type), true);
            case CXTypeKind.Int128 or CXTypeKind.UInt128 or CXTypeKind.LongDouble:
                return new ArrayType(IntegerType.UInt64, 2);
            case CXTypeKind.Pointer:
                return new PointerType(ReadTarget(ClangNative.GetPointeeType(type), depth), AddressSpace.None);
            case CXTypeKind.ConstantArray:
                return ReadArray(ClangNative.GetArrayElementType(type), (int)Math.Clamp(ClangNative.GetArraySize(type), 0, MaxSize), depth);
            case CXTypeKind.IncompleteArray:
                return new ArrayType(Read(ClangNative.GetArrayElementType(type), depth + 1), 0);
            case CXTypeKind.Record:
                return ReadRecord(type);
            case CXTypeKind.Enum:
                return ReadEnum(type);
            case CXTypeKind.Void or CXTypeKind.FunctionProto or CXTypeKind.FunctionNoProto:
                return BpfType.Void;
            default:
                long size = ClangNative.TypeGetSizeOf(type);
                return size is > 0 and <= MaxSize ? new ArrayType(IntegerType.UInt8, (int)size) : BpfType.Void;
        }
    }

    /// <summary>A typedef that was made up for one of the kernel's.</summary>
    private BpfType? FindKernelTypedef(CXType type)
    {
        if (type.Kind == CXTypeKind.Elaborated)
            type = ClangNative.TypeGetNamedType(type);
        if (type.Kind != CXTypeKind.Typedef)
            return null;
        CXCursor declaration = ClangNative.GetTypeDeclaration(type);
        return FileOf(declaration) == ClangFrontEnd.StubFile ? kernel.FindKernelNamed(ClangNative.Text(ClangNative.GetCursorSpelling(declaration))) : null;
    }

    private BpfType ReadTarget(CXType target, int depth) =>
        ClangNative.GetCanonicalType(target).Kind is CXTypeKind.FunctionProto or CXTypeKind.FunctionNoProto ? BpfType.Void : Read(target, depth + 1);

    /// <summary>bpftrace treats arrays of char as strings.</summary>
    private BpfType ReadArray(CXType element, int count, int depth) =>
        ClangNative.GetCanonicalType(element).Kind is CXTypeKind.CharS or CXTypeKind.CharU && count > 0 ? new StringType(count) : new ArrayType(Read(element, depth + 1), count);

    private BpfType ReadRecord(CXType type)
    {
        CXCursor declaration = ClangNative.GetTypeDeclaration(type);
        bool isUnion = declaration.Kind == CXCursorKind.UnionDecl;
        string name = NameOf(declaration);
        CXCursor definition = ClangNative.GetCursorDefinition(declaration);
        if (ClangNative.CursorIsNull(definition) != 0)
            return kernel.FindKernelStruct(name, isUnion) ?? new StructType(name, isUnion, 0, static () => [], "forward");
        if (name.Length > 0 && FileOf(definition) == ClangFrontEnd.StubFile && kernel.FindKernelStruct(name, isUnion) is { } known)
            return known;

        string hash = ClangNative.HashCursor(definition).ToString(CultureInfo.InvariantCulture);
        if (FindKnown(definition, hash) is { } read)
            return read;
        string origin = name.Length > 0 ? Origin : $"{Origin}#{hash}";
        var result = new StructType(name, isUnion, (int)Math.Clamp(ClangNative.TypeGetSizeOf(type), 0, MaxSize), () => ReadFields(type), origin);
        AddKnown(definition, hash, result);
        return result;
    }

    private ImmutableArray<StructField> ReadFields(CXType type)
    {
        // What is read of them asks others: nothing may be thrown through the library's frames.
        var members = new List<ClangDeclaration>();
        GCHandle self = GCHandle.Alloc(members);
        try
        {
            _ = ClangNative.TypeVisitFields(type, &VisitField, (void*)GCHandle.ToIntPtr(self));
        }
        finally
        {
            self.Free();
            GC.KeepAlive(handle);
        }

        var fields = ImmutableArray.CreateBuilder<StructField>(members.Count);
        foreach (ClangDeclaration member in members)
            AddField(fields, member.Cursor);
        return fields.ToImmutable();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int VisitField(CXCursor field, void* data)
    {
        ((List<ClangDeclaration>)GCHandle.FromIntPtr((nint)data).Target!).Add(new ClangDeclaration(field));
        return CXVisit.Continue;
    }

    private void AddField(ImmutableArray<StructField>.Builder fields, CXCursor field)
    {
        string name = NameOf(field);
        bool isBitField = ClangNative.CursorIsBitField(field) != 0;
        if (isBitField && name.Length == 0)
            return; // bits that only fill
        long offset = ClangNative.CursorGetOffsetOfField(field);
        if (offset is >= 0 and <= 8L * MaxSize)
        {
            int bits = isBitField ? ClangNative.GetFieldDeclBitWidth(field) : 0;
            fields.Add(new StructField(name, Read(ClangNative.GetCursorType(field)), (int)offset, bits));
        }
    }

    private BpfType ReadEnum(CXType type)
    {
        CXCursor definition = ClangNative.GetCursorDefinition(ClangNative.GetTypeDeclaration(type));
        if (ClangNative.CursorIsNull(definition) != 0)
            return IntegerType.UInt32;
        string name = NameOf(definition);
        if (name.Length > 0 && FileOf(definition) == ClangFrontEnd.StubFile && kernel.FindKernelEnum(name) is { } known)
            return known;
        string hash = ClangNative.HashCursor(definition).ToString(CultureInfo.InvariantCulture);
        if (FindKnown(definition, hash) is { } read)
            return read;
        var underlying = (IntegerType)Read(ClangNative.GetCanonicalType(ClangNative.GetEnumDeclIntegerType(definition)), 0);
        var constants = new List<ClangDeclaration>();
        GCHandle data = GCHandle.Alloc(constants);
        try
        {
            _ = ClangNative.VisitChildren(definition, &VisitConstant, (void*)GCHandle.ToIntPtr(data));
        }
        finally
        {
            data.Free();
        }

        var names = ImmutableSortedDictionary.CreateBuilder<long, string>();
        foreach (ClangDeclaration constant in constants)
            names.TryAdd(ValueOf(constant.Cursor, underlying.IsSigned), NameOf(constant.Cursor));
        var result = new EnumType(name, underlying, names.ToImmutable());
        AddKnown(definition, hash, result);
        return result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int VisitConstant(CXCursor cursor, CXCursor parent, void* data)
    {
        if (cursor.Kind == CXCursorKind.EnumConstantDecl)
            ((List<ClangDeclaration>)GCHandle.FromIntPtr((nint)data).Target!).Add(new ClangDeclaration(cursor));
        return CXVisit.Continue;
    }

    private BpfType? FindKnown(CXCursor declaration, string hash)
    {
        if (!_known.TryGetValue(hash, out List<ClangDeclaration>? list))
            return null;
        foreach (ClangDeclaration known in list)
        {
            if (known.Cursor.Data0 == declaration.Data0 && known.Cursor.Kind == declaration.Kind)
                return known.Type;
        }

        return null;
    }

    private void AddKnown(CXCursor declaration, string hash, BpfType type)
    {
        if (!_known.TryGetValue(hash, out List<ClangDeclaration>? list))
            _known[hash] = list = [];
        list.Add(new ClangDeclaration(declaration) { Type = type });
    }
}
