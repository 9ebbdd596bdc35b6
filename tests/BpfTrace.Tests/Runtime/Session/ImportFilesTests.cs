using System.Diagnostics;
using BpfTrace.Language.Imports;

namespace BpfTrace.Tests.Runtime.Session;

public sealed class ImportFilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("bpf-import-").FullName;
    private readonly ImportFiles _files = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Create(string name, string text = "")
    {
        string path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    [Fact]
    public void Files_and_directories_are_told_apart()
    {
        string file = Create("lib/a.bt");
        Assert.Equal(ImportEntryKind.File, _files.GetKind(file));
        Assert.Equal(ImportEntryKind.Directory, _files.GetKind(Path.Combine(_directory, "lib")));
        Assert.Equal(ImportEntryKind.None, _files.GetKind(Path.Combine(_directory, "none")));
        Create("lib/B.bt");
        Assert.Equal(["B.bt", "a.bt"], _files.List(Path.Combine(_directory, "lib")));
    }

    [Fact]
    public async Task A_named_pipe_is_not_waited_for()
    {
        string pipe = Path.Combine(_directory, "pipe.bt");
        using (Process make = Process.Start("mkfifo", [pipe]))
            make.WaitForExit();
        IOException refused = await Assert.ThrowsAsync<IOException>(() => Task.Run(() => _files.Read(pipe)).WaitAsync(Patience.Limit));
        Assert.Equal("Not a regular file", refused.Message);
    }

    [Fact]
    public void A_link_is_what_it_leads_to()
    {
        string file = Create("a.bt"), link = Path.Combine(_directory, "link.bt");
        File.CreateSymbolicLink(link, "a.bt");
        Assert.Equal(_files.GetIdentity(file), _files.GetIdentity(link));
        Assert.False(_files.IsWritableByAll(link));
        File.SetUnixFileMode(file, (UnixFileMode)0x1b6);
        Assert.True(_files.IsWritableByAll(link));
    }

    [Fact]
    public void A_directory_that_all_may_write_is_found_out()
    {
        Assert.False(_files.IsWritableByAll(_directory));
        File.SetUnixFileMode(_directory, (UnixFileMode)0x1ff);
        Assert.True(_files.IsWritableByAll(_directory));
    }

    [Fact]
    public void A_file_is_read_under_its_path()
    {
        string path = Create("a.bt", "begin { }");
        Assert.Equal(("begin { }", path, true), (_files.Read(path).Text, _files.Read(path).Name, _files.Read(path).IsFile));
        Assert.ThrowsAny<IOException>(() => _files.Read(path + ".none"));
    }
}
