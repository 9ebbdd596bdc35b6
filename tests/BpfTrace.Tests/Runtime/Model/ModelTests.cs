using System.Collections;
using System.Net;
using System.Net.NetworkInformation;
using BpfTrace.Formatting;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Runtime.Model;

public class ModelTests
{
    [Fact]
    public void Stacks_print_in_each_mode()
    {
        StackFrame[] frames =
        [
            new(0xffffffffb4019501, "do_mmap", 1),
            new(0x10, "inner", 0) { IsInlined = true },
            new(0x20, "outer", 7, "/bin/x") { SourceFile = "/src/x.c", SourceLine = 12 },
            new(0xabc),
            new(0),
        ];
        Assert.Equal(
            "\n        do_mmap+1\n        [inlined] inner\n        outer+7@/src/x.c:12\n        0xabc\n        0\n",
            new StackTrace(frames).Text);
        Assert.Equal(
            "\n\tffffffffb4019501 do_mmap+1\n\t10 inner (inlined)\n\t20 outer+7\n\tabc 0xabc\n\t0 0\n",
            new StackTrace(frames, StackMode.Perf).Text);
        Assert.Equal(
            "\n\tffffffffb4019501 do_mmap+1 ([unknown])\n\t10 inner (inlined)\n\t20 outer+7 (/bin/x)\n\tabc 0xabc ([unknown])\n\t0 0 ([unknown])\n",
            new StackTrace(frames, StackMode.Perf, isUser: true).Text);
        Assert.Equal("\nffffffffb4019501\n10\n20\nabc\n0\n", new StackTrace(frames, StackMode.Raw).Text);
        Assert.Equal("do_mmap+1\n[inlined] inner\nouter+7@/src/x.c:12\n0xabc\n0", new StackTrace(frames).ToString());
        Assert.Equal("\n", StackTrace.Empty.Text);
        Assert.Equal("\n0a0b 0x05\nff\n", new StackTrace([new StackFrame(1, null, 5) { BuildId = "0a0b" }, new StackFrame(255)], StackMode.BuildId, true).Text);
    }

    [Fact]
    public void A_failed_unwinding_ends_the_stack()
    {
        var stack = new StackTrace([new StackFrame(1, "a", 0), new StackFrame(StackFrame.UnwindFailure), new StackFrame(2, "b", 0)], StackMode.Bpftrace, true);
        Assert.Equal("\n        a+0\n        <unwind failure>\n", stack.Text);
    }

    [Fact]
    public void Values_sort_as_bpftrace_sorts_them()
    {
        var little = new Stats(9, 1, 9);
        var much = new Stats(1, 5, 5);
        Assert.True(little.CompareTo(much) < 0);
        Assert.Equal("{ .count = 9, .average = 1, .total = 9 }", little.ToString());
        Assert.True(new Histogram([new(0, 1, 3, "[0]")]).CompareTo(new Histogram([new(0, 1, 1, "[0]"), new(1, 2, 1, "[1]")])) > 0);
        Assert.True(new Symbol(2, "a") < new Symbol(1, "b"));
    }

    [Fact]
    public void Symbols_and_addresses_equal_their_text()
    {
        object symbol = new Symbol(1, "vfs_read");
        Assert.True(symbol.Equals("vfs_read"));
        Assert.False(symbol.Equals("vfs_write"));
        Assert.Equal(new Symbol(1, "vfs_read"), symbol);
        Assert.Equal("0x10", new Symbol(16).ToString());
        object mac = new MacAddress([8, 0, 0x2b, 1, 2, 0xff]);
        Assert.False(mac.Equals("08:00:2b:01:02:FF")); // whose hash is another; PowerShell compares by Parse
        Assert.Equal([8, 0, 0x2b, 1, 2, 0xff], ((MacAddress)mac).GetAddressBytes());
    }

    [Fact]
    public void Addresses_are_those_of_NET_with_their_text_as_a_property()
    {
        PhysicalAddress plain = PhysicalAddress.Parse("08002B0102FF");
        var mac = MacAddress.Parse("08-00-2b-01-02-ff");
        Assert.True(plain.Equals(mac) && mac.Equals(plain));
        Assert.Equal(plain.GetHashCode(), mac.GetHashCode());
        Assert.Equal("08:00:2B:01:02:FF", mac.Address);
        Assert.True(mac.CompareTo(new MacAddress([8, 0, 0x2b, 1, 3, 0])) < 0);
        Assert.Throws<FormatException>(() => MacAddress.Parse("0102"));
        IPAddress address = IPv6Address.Create(IPAddress.Parse("2001:db8::1").GetAddressBytes());
        Assert.Equal(IPAddress.Parse("2001:db8::1"), address);
        Assert.Equal("2001:db8::1", Assert.IsType<IPv6Address>(address).IPAddressToString);
        Assert.IsType<IPAddress>(IPv6Address.Create([127, 0, 0, 1]));
    }

    [Fact]
    public void Tuples_equal_sort_and_print_by_their_elements()
    {
        static BpfTuple Tuple(params object?[] values) => new(values);
        BpfTuple first = Tuple(1L, "b", IPAddress.Parse("10.0.0.9"), new byte[] { 1, 2 });
        Assert.Equal("(1, b, 10.0.0.9, \\x01\\x02)", first.ToString());
        Assert.True(first.Equals((object)Tuple(1L, "b", IPAddress.Parse("10.0.0.9"), new byte[] { 1, 2 })));
        Assert.Equal(first.GetHashCode(), Tuple(1L, "b", IPAddress.Parse("10.0.0.9"), new byte[] { 1, 2 }).GetHashCode());
        Assert.False(first.Equals(Tuple(1L, "b", IPAddress.Parse("10.0.0.9"), new byte[] { 1, 3 })));
        Assert.True(first.CompareTo(Tuple(1L, "b", IPAddress.Parse("10.0.0.10"), new byte[] { 1, 2 })) < 0);
        Assert.True(first.CompareTo(Tuple(1L, "b", IPAddress.Parse("10.0.0.9"), new byte[] { 1, 1 })) > 0);
        Assert.True(first.CompareTo(Tuple(1L, "b")) > 0 && Tuple(null, 1).CompareTo(Tuple("a", 1)) < 0);
        Assert.Equal("b", first[1]);
        Assert.True(((IList)first).Contains("b"));
        Assert.Throws<NotSupportedException>(() => ((IList)first)[0] = 2);
        var key = new MapEntry("@x", new object[] { 1, Tuple(2, "y") }, 1);
        Assert.Equal("@x[1, (2, y)]: 1", key.ToString());
        Assert.Equal(Tuple(1, Tuple(2, "y")), key.Key);
    }

    [Fact]
    public void Histograms_and_series_equal_by_what_is_in_them()
    {
        Assert.Equal(new Histogram([new(1, 2, 5, "[1]")]), new Histogram([new(1, 2, 5, "[1]")]));
        Assert.NotEqual(new Histogram([new(1, 2, 5, "[1]")]), new Histogram([new(2, 4, 5, "[2, 4)")]));
        Assert.Equal(new TimeSeries([new(5, 1L)]), new TimeSeries([new(5, 1L)]));
        Assert.NotEqual(new TimeSeries([new(5, 1L)]), new TimeSeries([new(5, 2L)]));
    }

    [Fact]
    public void An_entry_made_by_hand_prints_by_its_objects()
    {
        Assert.Equal("@x: 5", new MapEntry("@x", null, 5).ToString());
        Assert.Equal("@x[a, 1]: true\n", new MapEntry("@x", new object[] { "a", 1 }, true).Text);
        Assert.Equal("@x: { .count = 1, .average = 2, .total = 3 }", new MapEntry("@x", null, new Stats(1, 2, 3)).ToString());
        Assert.Empty(new MapEntry("@x", null, 5).GetKeyParts());
        Assert.Equal(["k"], new MapEntry("@x", "k", 5).GetKeyParts());
    }

    [Theory]
    [InlineData("plain text\twith tab\n", "plain text\twith tab\n")]
    [InlineData("a\u001b[2Jb", "a\\x1b[2Jb")]
    [InlineData("\r\u007f\u0085", "\\x0d\\x7f\\x85")]
    [InlineData("x\u202ey", "x\\u202ey")]
    [InlineData("gr\u00fc\u00df \U0001F600", "gr\u00fc\u00df \U0001F600")]
    [InlineData("", "")]
    public void Console_text_is_harmless(string text, string expected)
    {
        Assert.Equal(expected, ConsoleEscape.Escape(text));
        Assert.Equal(text == expected, ConsoleEscape.IsHarmless(new TextEvent(text)));
        Assert.Equal(text == expected, ConsoleEscape.IsHarmless(new TextEvent("") { ProbeName = text }));
        Assert.Equal(text == expected, ConsoleEscape.IsHarmless(new MapEntry("@", new object?[] { 1, text }, null)));
        Assert.Equal(text == expected, ConsoleEscape.IsHarmless(new MapEntry("@", 1, text)));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_shown_by_number() => Assert.Equal("a\\xff", ConsoleEscape.Escape("a\udcff"));
}
