using BpfTrace.Bpf.Dwarf;

namespace BpfTrace.Tests.Bpf;

public sealed class DebugFileSearchTests
{
    [Theory]
    [InlineData("tool.dbg", "tool.dbg", true)]
    [InlineData(".debug/tool.dbg", "tool.dbg", true)]
    [InlineData("tool.debug", null, true)]
    [InlineData(".debug/tool.debug", null, true)]
    [InlineData("tool.debug", "tool.dbg", false)]
    [InlineData("other/tool.dbg", "tool.dbg", false)]
    public void A_debug_file_is_seen_where_libdwfl_would_look(string place, string? debugLink, bool seen)
    {
        string directory = Directory.CreateTempSubdirectory("bpftrace-test-").FullName;
        try
        {
            string binary = Path.Combine(directory, "bin", "tool");
            string debugFile = Path.Combine(directory, "bin", place);
            Directory.CreateDirectory(Path.GetDirectoryName(debugFile)!);
            File.WriteAllText(binary, "");
            File.WriteAllText(debugFile, "");
            File.CreateSymbolicLink(Path.Combine(directory, "link"), binary);

            Assert.Equal(seen, DebugFileSearch.IsThere(binary, debugLink));
            Assert.Equal(seen, DebugFileSearch.IsThere(Path.Combine(directory, "link"), debugLink));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
