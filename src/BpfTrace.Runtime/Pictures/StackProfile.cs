using BpfTrace.Formatting;

namespace BpfTrace.Pictures;

/// <summary>What a frame of a profile is.</summary>
public enum ProfileFrameKind
{
    /// <summary>A function of the kernel.</summary>
    Kernel,

    /// <summary>A function of a process.</summary>
    User,

    /// <summary>A function that the compiler inlined.</summary>
    Inlined,

    /// <summary>No function: what stacks are grouped by, a command's name for example.</summary>
    Group,
}

/// <summary>A frame of a profile.</summary>
/// <param name="Name">The function's name, or what stands for it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Module">The kernel module or file; null when not known.</param>
/// <param name="SourceFile">The source file; null when not known.</param>
public sealed record ProfileFrame(string Name, ProfileFrameKind Kind, string? Module = null, string? SourceFile = null);

/// <summary>Stacks with weights, merged into a tree: what flame graphs and profilers' files are made of. Memory grows with different stacks, not with samples.</summary>
public sealed class StackProfile
{
    // Deeper ones are cut: the kernel takes 127 frames, but folded text can say anything.
    private const int MaximumDepth = 1000;

    /// <summary>The sum of all stacks.</summary>
    public long Total => Root.Total;

    /// <summary>How many stacks were added.</summary>
    public long SampleCount { get; private set; }

    internal ProfileNode Root { get; } = new(new ProfileFrame("all", ProfileFrameKind.Group), 0);

    /// <summary>Adds a stack.</summary>
    /// <param name="frames">Outermost first.</param>
    /// <param name="weight">How much it counts; 0 and less is left out.</param>
    public void Add(IEnumerable<ProfileFrame> frames, long weight)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (weight <= 0)
            return;
        SampleCount++;
        ProfileNode node = Root;
        node.Total = Sum(node.Total, weight);
        foreach (ProfileFrame frame in frames.Take(MaximumDepth))
        {
            node = node.Child(frame);
            node.Total = Sum(node.Total, weight);
        }

        node.Self = Sum(node.Self, weight);
    }

    /// <summary>Adds a line of folded text: <c>main;read;vfs_read 12</c>.</summary>
    /// <param name="line">Frames, outermost first, separated by semicolons, then a space and the weight; the suffixes <c>_[k]</c> and <c>_[i]</c> say kernel and inlined.</param>
    /// <returns>Whether it is such a line.</returns>
    public bool TryAddFolded(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        int space = line.LastIndexOf(' ');
        if (space <= 0 || !long.TryParse(line.AsSpan(space + 1), System.Globalization.NumberStyles.None, null, out long weight))
            return false;
        Add(line[..space].Split(';').Select(FromFolded), weight);
        return true;
    }

    /// <summary>Folded text, a line for each different stack, in the order of names.</summary>
    public IEnumerable<string> ToFolded()
    {
        foreach (ProfileStack stack in Stacks())
            yield return string.Join(';', stack.Frames.Select(Folded)) + " " + stack.Weight.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The frames of a recorded stack, outermost first. A function is one frame whatever the offset in it; a run of frames without a name, as a walk through code
    /// without frame pointers gives, is one frame.
    /// </summary>
    public static IEnumerable<ProfileFrame> FramesOf(StackTrace stack)
    {
        ArgumentNullException.ThrowIfNull(stack);
        string? unnamed = null;
        for (int i = stack.Frames.Count - 1; i >= 0; i--)
        {
            StackFrame frame = stack.Frames[i];
            string name = NameOf(frame);
            if (name == unnamed)
                continue;
            unnamed = name.StartsWith('[') ? name : null;
            ProfileFrameKind kind = frame.IsInlined ? ProfileFrameKind.Inlined : stack.IsUser ? ProfileFrameKind.User : ProfileFrameKind.Kernel;
            yield return new ProfileFrame(name, kind, frame.Module, frame.SourceFile);
        }
    }

    /// <summary>The different stacks with what they weigh of their own, in the order of names.</summary>
    internal IEnumerable<ProfileStack> Stacks()
    {
        var path = new List<ProfileFrame>();
        var rest = new Stack<ProfileNode>([Root]);
        while (rest.TryPop(out ProfileNode? node))
        {
            int depth = node.Depth;
            if (depth > 0)
            {
                path.RemoveRange(depth - 1, path.Count - depth + 1);
                path.Add(node.Frame);
            }

            if (node.Self > 0 && depth > 0)
                yield return new ProfileStack([.. path], node.Self);
            foreach (ProfileNode child in node.SortedChildren().Reverse())
                rest.Push(child);
        }
    }

    private static long Sum(long a, long b) => long.MaxValue - a < b ? long.MaxValue : a + b;

    private static string NameOf(StackFrame frame)
    {
        if (frame.Address == StackFrame.UnwindFailure)
            return "[unwind failure]";
        if (frame.Symbol is { } symbol)
            return symbol;
        if (frame.BuildId is not null)
            return frame.ToString();
        return frame.Module is { } module ? $"[{Path.GetFileName(module)}]" : "[unknown]";
    }

    private static ProfileFrame FromFolded(string text) => text switch
    {
        _ when text.EndsWith("_[k]", StringComparison.Ordinal) => new ProfileFrame(text[..^4], ProfileFrameKind.Kernel),
        _ when text.EndsWith("_[i]", StringComparison.Ordinal) => new ProfileFrame(text[..^4], ProfileFrameKind.Inlined),
        _ => new ProfileFrame(text, ProfileFrameKind.User),
    };

    private static string Folded(ProfileFrame frame)
    {
        string name = UnicodeText.Repair(frame.Name).Replace(';', ',').Replace('\n', ' ').Replace('\r', ' ');
        return frame.Kind switch
        {
            ProfileFrameKind.Kernel => name + "_[k]",
            ProfileFrameKind.Inlined => name + "_[i]",
            _ => name,
        };
    }
}

/// <summary>A different stack, outermost frame first, and the weight that ends in it.</summary>
internal sealed record ProfileStack(ProfileFrame[] Frames, long Weight);

/// <summary>A frame under its caller.</summary>
internal sealed class ProfileNode(ProfileFrame frame, int depth)
{
    private Dictionary<string, ProfileNode>? _children;

    public ProfileFrame Frame => frame;

    public int Depth => depth;

    /// <summary>The weight of the stacks that end here.</summary>
    public long Self { get; set; }

    /// <summary>The weight of the stacks that end here or go on.</summary>
    public long Total { get; set; }

    public ProfileNode Child(ProfileFrame frame)
    {
        _children ??= new Dictionary<string, ProfileNode>(StringComparer.Ordinal);
        string key = (char)('a' + (int)frame.Kind) + frame.Name;
        if (!_children.TryGetValue(key, out ProfileNode? child))
            _children.Add(key, child = new ProfileNode(frame, depth + 1));
        return child;
    }

    /// <summary>By name, so that the same profile gives the same picture.</summary>
    public IEnumerable<ProfileNode> SortedChildren() => _children is null
        ? []
        : _children.Values.OrderBy(n => n.Frame.Name, StringComparer.Ordinal).ThenBy(n => n.Frame.Kind);
}
