using System.Collections.Immutable;
using System.Text;

namespace BpfTrace.Bpf;

/// <summary>
/// Reads a BPF object as LLVM writes it (ELF64, little-endian, relocatable) into a <see cref="CollectionSpec"/>.
/// </summary>
/// <remarks>
/// <para>Every global function outside <c>.text</c> is a program; local functions and those in <c>.text</c> are
/// subprograms, appended to each program that uses them. A section may hold several functions.</para>
/// <para>The type of a program follows its section's name as in libbpf (<c>kprobe/…</c>, <c>tracepoint/…</c>,
/// <c>fentry/…</c>); a caller that knows better changes it on the returned spec.</para>
/// <para>Maps are symbols in the section <c>.maps</c>; what they are is the caller's to say. The sections .rodata, .data
/// and .bss, where a program refers to them, become array maps of their names.</para>
/// </remarks>
public static class BpfObjectReader
{
    /// <summary>Reads an object.</summary>
    /// <param name="image">The object file's bytes. Not retained.</param>
    /// <param name="maps">The maps that the symbols in <c>.maps</c> name; others may be among them.</param>
    /// <param name="sourceLine">The text of a 1-based line of the source, for the verifier's log; null to leave what the object has.</param>
    /// <returns>Programs in the order of their sections, the given maps, and those of the data sections in use.</returns>
    /// <exception cref="BpfException">
    /// The bytes are not a BPF object, are malformed, or use what is not supported (CO-RE relocations, undefined symbols).
    /// </exception>
    public static CollectionSpec Read(ReadOnlyMemory<byte> image, ImmutableArray<MapSpec> maps = default, Func<int, string>? sourceLine = null)
    {
        try
        {
            return ReadImage(image, maps, sourceLine);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            // Offsets are the object's own; each is checked by the access it leads to.
            throw new BpfException("the BPF object is truncated or malformed", innerException: e);
        }
    }

    private static CollectionSpec ReadImage(ReadOnlyMemory<byte> image, ImmutableArray<MapSpec> maps, Func<int, string>? sourceLine)
    {
        BpfElfImage elf = BpfElfImage.Parse(image);
        ReadOnlySpan<byte> btf = elf.Find(".BTF") is { } btfSection ? elf.Data(btfSection) : [];
        BpfElfBtfExt ext = elf.Find(".BTF.ext") is { } extSection && btf.Length > 0
            ? BpfElfBtfExt.Parse(elf.Data(extSection), btf)
            : BpfElfBtfExt.Parse([], []);

        BpfElfLineTexts? texts = sourceLine is null || btf.Length == 0 ? null : new BpfElfLineTexts(sourceLine, BtfBlob.FirstFreeString(btf));
        var linker = new BpfElfLinker(elf, ext, texts);
        var programs = ImmutableArray.CreateBuilder<ProgramSpec>();
        foreach (BpfElfFunction function in linker.Functions)
        {
            if (function.IsProgram)
                programs.Add(BpfSectionNames.Apply(linker.Link(function)));
        }

        return new CollectionSpec
        {
            Programs = programs.ToImmutable(),
            Maps = WithDataMaps(elf, linker.DataSections, maps.IsDefault ? [] : maps),
            Btf = btf.Length > 0 ? BtfBlob.Sanitize(btf, linker.StaticFunctionTypes, texts is null ? default : texts.Strings) : default,
            License = License(elf),
        };
    }

    private static ImmutableArray<MapSpec> WithDataMaps(BpfElfImage elf, bool[] sections, ImmutableArray<MapSpec> maps)
    {
        ImmutableArray<MapSpec>.Builder result = maps.ToBuilder();
        foreach (BpfElfSection section in elf.Sections)
        {
            if (!sections[section.Index] || IsGiven(maps, section.Name))
                continue;
            result.Add(new MapSpec
            {
                Name = section.Name,
                Type = BpfMapType.BPF_MAP_TYPE_ARRAY,
                KeySize = sizeof(uint),
                ValueSize = checked((uint)section.Size),
                MaxEntries = 1,
                Flags = section.IsReadOnlyData ? BpfMapFlags.BPF_F_RDONLY_PROG : BpfMapFlags.BPF_F_MMAPABLE,
                InitialValue = elf.Data(section).ToArray(),
                IsFrozen = section.IsReadOnlyData,
            });
        }

        return result.ToImmutable();
    }

    private static string License(BpfElfImage elf) =>
        elf.Find("license") is { } section
            ? Encoding.ASCII.GetString(elf.Data(section)).TrimEnd('\0')
            : "GPL";

    private static bool IsGiven(ImmutableArray<MapSpec> maps, string name)
    {
        foreach (MapSpec map in maps)
        {
            if (map.Name == name)
                return true;
        }

        return false;
    }
}
