using System.Text;
using BpfTrace.Bpf.Tracefs;

namespace BpfTrace.Tests.Bpf;

public class WildcardPatternTests
{
    [Theory]
    [InlineData("vfs_read", "vfs_read", true)]
    [InlineData("vfs_read", "vfs_readv", false)]
    [InlineData("vfs_read", "__vfs_read", false)]
    [InlineData("vfs_*", "vfs_read", true)]
    [InlineData("vfs_*", "vfs_", true)]
    [InlineData("vfs_*", "vfs", false)]
    [InlineData("*_read", "vfs_read", true)]
    [InlineData("*_read", "vfs_readv", false)]
    [InlineData("*read*", "vfs_readv", true)]
    [InlineData("*read*", "vfs_write", false)]
    [InlineData("v*r*d", "vfs_read", true)]
    [InlineData("v*r*d", "vfs_write", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "anything", true)]
    [InlineData("**", "anything", true)]
    [InlineData("a**b", "axb", true)]
    [InlineData("", "", true)]
    [InlineData("", "x", false)]
    [InlineData("*a", "aba", true)]
    [InlineData("*ab*a", "xabaaba", true)]
    [InlineData("*ab", "abb", false)]
    [InlineData("a*a", "a", false)]
    [InlineData("ab*ba", "aba", false)]
    [InlineData("a[bc]", "ab", false)]
    [InlineData("a[bc]", "a[bc]", true)]
    [InlineData("a?c", "abc", false)]
    [InlineData("*:*", "sched:sched_switch", true)]
    [InlineData("*:sys_enter_*", "syscalls:sys_enter_openat", true)]
    public void A_star_stands_for_anything(string pattern, string text, bool expected)
    {
        WildcardPattern wildcard = new(pattern);
        Assert.Equal(expected, wildcard.IsMatch(text));
        Assert.Equal(expected, wildcard.IsMatch(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("vfs_*", true)]
    [InlineData("a[b]", true)]
    [InlineData("a[b", false)]
    [InlineData("vfs_read", false)]
    [InlineData("a?", false)]
    public void What_counts_as_a_pattern(string text, bool expected)
        => Assert.Equal(expected, WildcardPattern.HasWildcard(text));
}
