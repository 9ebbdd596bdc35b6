namespace BpfTrace.Formatting;

/// <summary>
/// Page allocation flags by name (<c>%gr</c>): the masks of include/linux/gfp_types.h (Linux 6.12 and newer), in the order in which
/// include/trace/events/mmflags.h matches them, so that a combination wins over its parts.
/// </summary>
internal static class GfpFlags
{
    private const ulong Dma = 1, HighMem = 1 << 1, Dma32 = 1 << 2, Movable = 1 << 3, High = 1 << 5, Io = 1 << 6, Fs = 1 << 7, Zero = 1 << 8,
        DirectReclaim = 1 << 10, KswapdReclaim = 1 << 11, Write_ = 1 << 12, NoWarn = 1 << 13, RetryMayFail = 1 << 14, NoFail = 1 << 15,
        NoRetry = 1 << 16, MemAlloc = 1 << 17, Comp = 1 << 18, NoMemAlloc = 1 << 19, HardWall = 1 << 20, ThisNode = 1 << 21,
        Account = 1 << 22, ZeroTags = 1 << 23, SkipZero = 1 << 24, SkipKasan = 1 << 25, NoObjExt = 1 << 26;

    private const ulong Reclaim = DirectReclaim | KswapdReclaim;
    private const ulong Kernel = Reclaim | Io | Fs;
    private const ulong User = Kernel | HardWall;
    private const ulong HighUser = User | HighMem;
    private const ulong HighUserMovable = HighUser | Movable | SkipKasan;
    private const ulong TransHugeLight = (HighUserMovable | Comp | NoMemAlloc | NoWarn) & ~Reclaim;

    /// <summary>Writes the names joined by <c>|</c>, unknown bits in hexadecimal; <c>0</c> for no flags.</summary>
    public static void Write(Utf8Writer writer, ulong flags)
    {
        if (flags == 0)
        {
            writer.Append((byte)'0');
            return;
        }

        int start = writer.Length;
        foreach ((ulong mask, string name) in Names())
        {
            if ((flags & mask) != mask)
                continue;
            Separate(writer, start);
            writer.Append(name);
            flags &= ~mask;
        }

        if (flags != 0)
        {
            Separate(writer, start);
            writer.Append("0x"u8);
            writer.AppendHex(flags);
        }
    }

    private static void Separate(Utf8Writer writer, int start)
    {
        if (writer.Length != start)
            writer.Append((byte)'|');
    }

    private static (ulong Mask, string Name)[] Names() =>
    [
        (TransHugeLight | DirectReclaim, "GFP_TRANSHUGE"),
        (TransHugeLight, "GFP_TRANSHUGE_LIGHT"),
        (HighUserMovable, "GFP_HIGHUSER_MOVABLE"),
        (HighUser, "GFP_HIGHUSER"),
        (User, "GFP_USER"),
        (Kernel | Account, "GFP_KERNEL_ACCOUNT"),
        (Kernel, "GFP_KERNEL"),
        (Reclaim | Io, "GFP_NOFS"),
        (High | KswapdReclaim, "GFP_ATOMIC"),
        (Reclaim, "GFP_NOIO"),
        (KswapdReclaim | NoWarn, "GFP_NOWAIT"),
        (Dma, "GFP_DMA"),
        (HighMem, "__GFP_HIGHMEM"),
        (Dma32, "GFP_DMA32"),
        (High, "__GFP_HIGH"),
        (Io, "__GFP_IO"),
        (Fs, "__GFP_FS"),
        (Zero, "__GFP_ZERO"),
        (DirectReclaim, "__GFP_DIRECT_RECLAIM"),
        (KswapdReclaim, "__GFP_KSWAPD_RECLAIM"),
        (Write_, "__GFP_WRITE"),
        (NoWarn, "__GFP_NOWARN"),
        (RetryMayFail, "__GFP_RETRY_MAYFAIL"),
        (NoFail, "__GFP_NOFAIL"),
        (NoRetry, "__GFP_NORETRY"),
        (MemAlloc, "__GFP_MEMALLOC"),
        (Comp, "__GFP_COMP"),
        (NoMemAlloc, "__GFP_NOMEMALLOC"),
        (HardWall, "__GFP_HARDWALL"),
        (ThisNode, "__GFP_THISNODE"),
        (Account, "__GFP_ACCOUNT"),
        (ZeroTags, "__GFP_ZEROTAGS"),
        (SkipZero, "__GFP_SKIP_ZERO"),
        (SkipKasan, "__GFP_SKIP_KASAN"),
        (NoObjExt, "__GFP_NO_OBJ_EXT"),
    ];
}
