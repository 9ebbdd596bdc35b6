using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BpfTrace.Language.CDefinitions;

namespace BpfTrace.Compiler.Clang;

/// <summary>The messages of a translation unit, as values; one about a header is where the text includes it.</summary>
internal static unsafe class ClangDiagnostics
{
    public static ImmutableArray<CDiagnostic> Read(void* unit)
    {
        uint count = ClangNative.GetNumDiagnostics(unit);
        if (count == 0)
            return [];
        var result = ImmutableArray.CreateBuilder<CDiagnostic>((int)count);
        Dictionary<string, int>? inclusions = null;
        for (uint i = 0; i < count; i++)
        {
            void* diagnostic = ClangNative.GetDiagnostic(unit, i);
            CXDiagnosticSeverity severity = ClangNative.GetDiagnosticSeverity(diagnostic);
            if (severity >= CXDiagnosticSeverity.Warning)
            {
                string message = ClangNative.Text(ClangNative.GetDiagnosticSpelling(diagnostic));
                (string file, int line, int offset) = Locate(diagnostic);
                if (file == ClangFrontEnd.MainFile)
                    file = "";
                else if (file.Length > 0)
                    offset = (inclusions ??= ReadInclusions(unit)).GetValueOrDefault(file, -1);
                else
                    offset = -1;
                CSeverity how = severity == CXDiagnosticSeverity.Warning ? CSeverity.Warning : CSeverity.Error;
                result.Add(new CDiagnostic(how, message, offset, file, line, NoteOf(diagnostic)));
            }

            ClangNative.DisposeDiagnostic(diagnostic);
        }

        return result.ToImmutable();
    }

    private static (string File, int Line, int Offset) Locate(void* diagnostic)
    {
        void* file;
        uint line, column, offset;
        ClangNative.GetExpansionLocation(ClangNative.GetDiagnosticLocation(diagnostic), &file, &line, &column, &offset);
        return (file is null ? "" : ClangNative.Text(ClangNative.GetFileName(file)), (int)line, (int)offset);
    }

    private static string? NoteOf(void* diagnostic)
    {
        void* children = ClangNative.GetChildDiagnostics(diagnostic); // belongs to the diagnostic
        if (ClangNative.GetNumDiagnosticsInSet(children) == 0)
            return null;
        void* child = ClangNative.GetDiagnosticInSet(children, 0);
        string message = ClangNative.Text(ClangNative.GetDiagnosticSpelling(child));
        (string file, int line, _) = Locate(child);
        return file.Length == 0 || file == ClangFrontEnd.StubFile ? message : file == ClangFrontEnd.MainFile ? $"line {line}: {message}" : $"{file}:{line}: {message}";
    }

    /// <summary>Where in the main file each included file is included, directly or not.</summary>
    private static Dictionary<string, int> ReadInclusions(void* unit)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        GCHandle handle = GCHandle.Alloc(found);
        try
        {
            ClangNative.GetInclusions(unit, &Visit, (void*)GCHandle.ToIntPtr(handle));
        }
        finally
        {
            handle.Free();
        }

        return found;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Visit(void* file, CXSourceLocation* stack, uint length, void* data)
    {
        if (length == 0)
            return;
        var found = (Dictionary<string, int>)GCHandle.FromIntPtr((nint)data).Target!;
        void* outer;
        uint line, column, offset;
        ClangNative.GetExpansionLocation(stack[length - 1], &outer, &line, &column, &offset);
        bool isMain = outer is not null && ClangNative.Text(ClangNative.GetFileName(outer)) == ClangFrontEnd.MainFile;
        found.TryAdd(ClangNative.Text(ClangNative.GetFileName(file)), isMain ? (int)offset : -1);
    }
}
