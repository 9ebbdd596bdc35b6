using System.Runtime.InteropServices;
using System.Text;

namespace BpfTrace.Commands;

/// <summary>What is typed while a command reads the terminal for its signal keys, until the terminal gets it back.</summary>
internal sealed partial class TypedAhead
{
    // Nobody types more ahead, but somebody may put a brick on a key.
    private const int MaxLength = 4096;

    // Characters: one outside of the first 65536 comes as two keys, a surrogate each.
    private readonly StringBuilder _text = new();

    /// <summary>What was typed, as a terminal sends it.</summary>
    internal byte[] Bytes => Encoding.UTF8.GetBytes(_text.ToString());

    /// <summary>Adds a key.</summary>
    public void Add(ConsoleKeyInfo key)
    {
        if (_text.Length < MaxLength)
        {
            _text.Append(Sequence(key));
        }
    }

    /// <summary>Forgets what was typed.</summary>
    public void Clear() => _text.Clear();

    /// <summary>
    /// Puts it into the terminal's input, where the next who reads finds it as if it was typed now (TIOCSTI, ioctl_tty(2)). Since Linux 6.2 the kernel
    /// may keep that for CAP_SYS_ADMIN: without it what was typed is lost.
    /// </summary>
    public void GiveBack()
    {
        foreach (byte value in Bytes)
        {
            if (ioctl(0, TIOCSTI, in value) != 0)
            {
                break;
            }
        }

        Clear();
    }

    /// <summary>What a terminal sends for a key.</summary>
    internal static string Sequence(ConsoleKeyInfo key)
    {
        if (key.KeyChar != '\0')
        {
            return (key.Modifiers & ConsoleModifiers.Alt) != 0 ? "\u001b" + key.KeyChar : key.KeyChar.ToString();
        }

        return key.Key switch
        {
            ConsoleKey.UpArrow => "\u001b[A",
            ConsoleKey.DownArrow => "\u001b[B",
            ConsoleKey.RightArrow => "\u001b[C",
            ConsoleKey.LeftArrow => "\u001b[D",
            ConsoleKey.Home => "\u001b[H",
            ConsoleKey.End => "\u001b[F",
            ConsoleKey.Delete => "\u001b[3~",
            _ => "", // no other has a meaning before its effect is seen
        };
    }

    private const nuint TIOCSTI = 0x5412;

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int ioctl(int fd, nuint request, in byte argument);
}
