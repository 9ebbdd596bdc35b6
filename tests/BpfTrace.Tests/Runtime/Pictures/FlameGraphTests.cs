using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using BpfTrace.Pictures;

namespace BpfTrace.Tests.Runtime.Pictures;

public class FlameGraphTests
{
    private static readonly string[] s_stacks =
    [
        "nginx;main;epoll_wait;do_syscall_64_[k];schedule_[k] 400",
        "nginx;main;writev;do_syscall_64_[k];tcp_push_[k] 300",
        "redis;main;read;do_syscall_64_[k];vfs_read_[k] 200",
        "redis;main;processCommand 100",
    ];

    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_bar_is_as_wide_as_its_share_and_lies_on_its_caller()
    {
        Dictionary<string, XElement> bars = Bars(FlameGraph.ToSvg(ProfileTests.Profile(s_stacks), width: 1020)).DistinctBy(Name).ToDictionary(Name);
        Assert.Equal((10, 1000), Place(bars["all"]));
        Assert.Equal((10, 700), Place(bars["nginx"]));
        Assert.Equal((710, 300), Place(bars["redis"]));
        Assert.Equal((810, 200), Place(bars["read"]));
        Assert.Equal((410, 300), Place(bars["tcp_push"]));
        Assert.True(Y(bars["nginx"]) < Y(bars["all"]));
        Assert.Equal("read (200 samples, 20%)", (string?)bars["read"].Element(s_svg + "title"));
        Assert.NotEqual(Fill(bars["read"]), Fill(bars["vfs_read"]));

        Dictionary<string, XElement> icicle = Bars(FlameGraph.ToSvg(ProfileTests.Profile(s_stacks), inverted: true)).DistinctBy(Name).ToDictionary(Name);
        Assert.True(Y(icicle["nginx"]) > Y(icicle["all"]));
    }

    [Fact]
    public void The_same_stacks_give_the_same_bytes_in_any_order_and_culture()
    {
        string one = FlameGraph.ToSvg(ProfileTests.Profile(s_stacks));
        var culture = (System.Globalization.CultureInfo)System.Globalization.CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        System.Globalization.CultureInfo before = System.Globalization.CultureInfo.CurrentCulture;
        try
        {
            System.Globalization.CultureInfo.CurrentCulture = culture;
            Assert.Equal(one, FlameGraph.ToSvg(ProfileTests.Profile([.. s_stacks.Reverse()])));
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Hostile_names_stay_text()
    {
        string[] names = ["<script>alert(1)</script>", "a\"b'&amp;]]>", "\u001b[2J\0\u0007", "\udc80\ud800", "\uFFFE", string.Concat(Enumerable.Repeat("𝒴", 90)), "--><!--"];
        var profile = new StackProfile();
        foreach (string name in names)
            profile.Add([new ProfileFrame(name, ProfileFrameKind.User, "<m>&\u0001")], 10);
        string svg = FlameGraph.ToSvg(profile, "<title> & \u0002", "\"units\"");
        XElement[] bars = Bars(svg);
        Assert.Equal(names.Length + 1, bars.Length);
        Assert.Single(XDocument.Parse(svg).Descendants(s_svg + "script"));
        Assert.Contains("<script>alert(1)</script>", bars.Select(Name));
        Assert.Equal("<title> & \uFFFD", (string?)XDocument.Parse(svg).Root!.Element(s_svg + "title"));
    }

    [Fact]
    public void Frames_too_narrow_to_see_are_left_out_and_said()
    {
        string[] lines = [.. Enumerable.Range(0, 500).Select(i => $"narrow{i} 1"), "wide 1000000"];
        string svg = FlameGraph.ToSvg(ProfileTests.Profile(lines));
        Assert.Equal(2, Bars(svg).Length);
        Assert.Contains("500 frames too narrow to see are left out", (string?)XDocument.Parse(svg).Root!.Element(s_svg + "desc"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_needs_nothing_from_outside()
    {
        string svg = FlameGraph.ToSvg(ProfileTests.Profile(s_stacks));
        Assert.DoesNotContain("href", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", svg, StringComparison.Ordinal);
        Assert.Equal(2, svg.Split("http").Length - 1); // the names of SVG and XHTML
    }

    [ChromiumFact]
    public void In_a_browser_it_zooms_searches_and_is_walked_with_keys()
    {
        JsonElement seen = InBrowser("""
            const frames = [...d.querySelectorAll("#frames > g")];
            const named = n => frames.find(g => g.dataset.n === n);
            const shown = () => frames.filter(g => g.style.display !== "none").map(g => g.dataset.n);
            const click = g => g.querySelector("rect").dispatchEvent(new w.MouseEvent("click", { bubbles: true }));
            const key = (g, k) => g.dispatchEvent(new w.KeyboardEvent("keydown", { key: k, bubbles: true, cancelable: true }));
            const state = () => ({ shown: shown(), hash: w.location.hash, reset: w.getComputedStyle(d.getElementById("reset")).visibility });
            const result = { first: state() };
            click(named("redis"));
            result.zoomed = state();
            result.width = +named("redis").querySelector("rect").getAttribute("width");
            result.above = named("all").classList.contains("above");
            result.text = named("processCommand").querySelector("text").textContent;
            key(d.activeElement, "Escape");
            result.back = state();
            const search = d.getElementById("search");
            search.value = "SYSCALL"; search.dispatchEvent(new w.Event("input", { bubbles: true }));
            result.matches = frames.filter(g => g.classList.contains("match")).length;
            result.matched = d.getElementById("matched").textContent;
            result.searched = w.location.hash;
            search.value = "/^(read|writev)$/"; search.dispatchEvent(new w.Event("input", { bubbles: true }));
            result.regex = d.getElementById("matched").textContent;
            search.value = "/(/"; search.dispatchEvent(new w.Event("input", { bubbles: true }));
            result.broken = d.getElementById("matched").textContent;
            named("all").focus();
            key(d.activeElement, "ArrowUp"); result.up = d.activeElement.dataset.n;
            key(d.activeElement, "ArrowRight"); result.right = d.activeElement.dataset.n;
            key(d.activeElement, "Enter"); result.entered = state().hash;
            key(d.activeElement, "ArrowDown"); result.down = d.activeElement.dataset.n;
            result.tabs = frames.filter(g => g.getAttribute("tabindex") === "0").length;
            result.details = d.getElementById("details").textContent;
            """);
        string[] Shown(string name) => [.. seen.GetProperty(name).GetProperty("shown").EnumerateArray().Select(n => n.GetString()!)];
        Assert.Equal(15, Shown("first").Length);
        Assert.Equal("hidden", seen.GetProperty("first").GetProperty("reset").GetString());
        Assert.Equal(["all", "redis", "main", "processCommand", "read", "do_syscall_64", "vfs_read"], Shown("zoomed"));
        Assert.Equal("visible", seen.GetProperty("zoomed").GetProperty("reset").GetString());
        Assert.StartsWith("#z=", seen.GetProperty("zoomed").GetProperty("hash").GetString(), StringComparison.Ordinal);
        Assert.Equal(1180, seen.GetProperty("width").GetDouble());
        Assert.True(seen.GetProperty("above").GetBoolean());
        Assert.Equal("processCommand", seen.GetProperty("text").GetString());
        Assert.Equal(15, Shown("back").Length);
        Assert.Equal("", seen.GetProperty("back").GetProperty("hash").GetString());
        Assert.Equal(3, seen.GetProperty("matches").GetInt32());
        Assert.Equal("matched 90% in 3 frames", seen.GetProperty("matched").GetString());
        Assert.Equal("#s=SYSCALL", seen.GetProperty("searched").GetString());
        Assert.Equal("matched 50% in 2 frames", seen.GetProperty("regex").GetString());
        Assert.Equal("no regular expression", seen.GetProperty("broken").GetString());
        Assert.Equal("nginx", seen.GetProperty("up").GetString());
        Assert.Equal("redis", seen.GetProperty("right").GetString());
        Assert.Contains("z=", seen.GetProperty("entered").GetString(), StringComparison.Ordinal);
        Assert.Equal("all", seen.GetProperty("down").GetString());
        Assert.Equal(1, seen.GetProperty("tabs").GetInt32());
        Assert.StartsWith("all (1,000 samples, 100%)", seen.GetProperty("details").GetString(), StringComparison.Ordinal);
    }

    [ChromiumFact]
    public void Names_are_cut_by_the_script_as_they_are_in_the_file()
    {
        string[] stacks = [.. new[] { "关于函数的一个很长的名字", "😀😀😀😀😀😀😀😀", "std::vector<int>::push_back", "한국어함수이름입니다" }.SelectMany(static n => new[] { n + " 100", n + "9 180", n + n + " 700" })];
        string svg = FlameGraph.ToSvg(ProfileTests.Profile(stacks));
        JsonElement seen = InBrowser("const result = { texts: [...d.querySelectorAll('#frames > g > text')].map(t => t.textContent) };", svg: svg);
        string[] inFile = [.. Bars(svg).Select(static b => (string)b.Element(s_svg + "text")!)];
        Assert.Contains("关于..", inFile);
        Assert.Equal(inFile, seen.GetProperty("texts").EnumerateArray().Select(static t => t.GetString()));
    }

    [ChromiumFact]
    public void Zoom_and_search_are_kept_in_the_address()
    {
        JsonElement seen = InBrowser(
            """
            const result = {
              shown: [...d.querySelectorAll("#frames > g")].filter(g => g.style.display !== "none").map(g => g.dataset.n),
              matched: d.getElementById("matched").textContent, field: d.getElementById("search").value };
            """,
            "#z=1&s=tcp%5Fpush");
        Assert.Equal(9, seen.GetProperty("shown").GetArrayLength());
        Assert.Equal("nginx", seen.GetProperty("shown")[1].GetString());
        Assert.Equal("tcp_push", seen.GetProperty("field").GetString());
        Assert.Equal("matched 30% in 1 frames", seen.GetProperty("matched").GetString());
    }

    private static XElement[] Bars(string svg) =>
        [.. XDocument.Parse(svg).Descendants(s_svg + "g").Single(g => (string?)g.Attribute("id") == "frames").Elements()];

    private static string Name(XElement bar) => (string)bar.Attribute("data-n")!;

    private static (double X, double Width) Place(XElement bar) =>
        ((double)bar.Element(s_svg + "rect")!.Attribute("x")!, (double)bar.Element(s_svg + "rect")!.Attribute("width")!);

    private static double Y(XElement bar) => (double)bar.Element(s_svg + "rect")!.Attribute("y")!;

    private static string Fill(XElement bar) => (string)bar.Element(s_svg + "rect")!.Attribute("fill")!;

    /// <summary>Opens the graph from a file, runs a script that ends with a <c>result</c>, and returns that.</summary>
    private static JsonElement InBrowser(string script, string fragment = "", string? svg = null)
    {
        string folder = Directory.CreateTempSubdirectory("bpftrace-flame-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "graph.svg"), svg ?? FlameGraph.ToSvg(ProfileTests.Profile(s_stacks)));
            string page = Path.Combine(folder, "page.html");
            File.WriteAllText(page, $$"""
                <!doctype html><iframe id="f" width="1200" height="600" src="graph.svg{{fragment}}"></iframe><pre id="out">nothing</pre>
                <script>
                const f = document.getElementById("f"), out = document.getElementById("out");
                f.addEventListener("load", () => {
                  try { const w = f.contentWindow, d = f.contentDocument;
                    {{script}}
                    out.textContent = JSON.stringify(result); }
                  catch (e) { out.textContent = "failed: " + e; }
                });
                </script>
                """);
            string[] arguments =
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", $"--user-data-dir={folder}/profile",
                "--virtual-time-budget=5000", "--dump-dom", "file://" + page,
            ];
            var start = new ProcessStartInfo(ChromiumFactAttribute.Executable!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (!Patience.ForExit(process))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail("chromium did not end in time");
            }

            string dom = output.Result;
            int from = dom.IndexOf("<pre id=\"out\">", StringComparison.Ordinal), to = dom.IndexOf("</pre>", StringComparison.Ordinal);
            Assert.True(from >= 0 && to > from, dom + errors.Result);
            string text = WebUtility.HtmlDecode(dom[(from + 14)..to]);
            Assert.True(text.StartsWith('{'), text);
            return JsonDocument.Parse(text).RootElement;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
