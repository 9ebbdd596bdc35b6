namespace BpfTrace.Tests.Runtime.Session;

public class SymbolizationTests
{
    [Fact]
    public void User_names_come_from_the_password_file()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, "root:x:0:0:root:/root:/bin/sh\nbroken\nann:x:1000:1000::/:/bin/sh\nsecond:x:1000:1::/:/bin/sh\n");
        var names = new UserNames(path);
        Assert.Equal("root", names.Find(0));
        Assert.Equal("ann", names.Find(1000));
        Assert.Equal("", names.Find(4711));
        File.Delete(path);
        Assert.Equal("", new UserNames("/nonexistent/passwd").Find(0));
    }

    [Fact]
    public void A_control_group_resolves_to_the_path_it_was_found_by()
    {
        string? root = File.ReadLines("/proc/mounts").Select(l => l.Split(' ')).FirstOrDefault(f => f[2] == "cgroup2")?[1];
        if (root is null || Cgroups.FindId(root) is not { } id)
            return; // no unified hierarchy on this machine
        var groups = new Cgroups();
        Assert.Contains("unified:/", groups.Resolve(id, "").Split(','));
        Assert.Equal("unified:/", groups.Resolve(id, "uni*"));
        Assert.Equal("", groups.Resolve(id, "nothing"));
        Assert.Null(Cgroups.FindId("/nonexistent"));
    }
}
