using System.Collections.Immutable;
using BpfTrace.Language.CDefinitions;

namespace BpfTrace.Language.Symbols;

/// <summary>
/// Function-like macros of headers that scripts for older kernels use, known where the header is not installed (<c>include/linux/kdev_t.h</c>,
/// <c>include/uapi/linux/stat.h</c>, <c>include/linux/bits.h</c>, <c>include/linux/math.h</c>, byte order of x86_64).
/// </summary>
internal static class KernelMacros
{
    /// <summary>The macro of a name; null when there is none.</summary>
    public static CMacro? Find(string name) => name switch
    {
        "MAJOR" => Make(name, "((uint64)(x) >> 20)"),
        "MINOR" => Make(name, "((uint64)(x) & 0xFFFFF)"),
        "S_ISREG" => Make(name, "(((x) & 0xF000) == 0x8000)"),
        "S_ISDIR" => Make(name, "(((x) & 0xF000) == 0x4000)"),
        "S_ISLNK" => Make(name, "(((x) & 0xF000) == 0xA000)"),
        "S_ISCHR" => Make(name, "(((x) & 0xF000) == 0x2000)"),
        "S_ISBLK" => Make(name, "(((x) & 0xF000) == 0x6000)"),
        "S_ISFIFO" => Make(name, "(((x) & 0xF000) == 0x1000)"),
        "S_ISSOCK" => Make(name, "(((x) & 0xF000) == 0xC000)"),
        "BIT" or "BIT_ULL" => Make(name, "((uint64)1 << (x))"),
        "htons" or "ntohs" => Make(name, "bswap((uint16)(x))"),
        "htonl" or "ntohl" => Make(name, "bswap((uint32)(x))"),
        _ => null,
    };

    private static CMacro Make(string name, string text) => new(name, s_x, text);

    private static readonly ImmutableArray<string> s_x = ["x"];
}
