using System.Collections.Immutable;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Compiler.Layout;

/// <summary>
/// The header of every ring-buffer record, 24 bytes: u32 site id, u32 CPU, u64 boot-clock time in ns, u32 target index
/// (<see cref="BoundProbe.FirstTargetIndex"/> plus cookie), u32 zero. Values follow.
/// </summary>
public static class EventHeader
{
    /// <summary>Bytes.</summary>
    public const int Size = 24;

    /// <summary>Offset of the u32 output site id.</summary>
    public const int SiteId = 0;

    /// <summary>Offset of the u32 CPU number.</summary>
    public const int Cpu = 4;

    /// <summary>Offset of the u64 CLOCK_BOOTTIME in ns.</summary>
    public const int Time = 8;

    /// <summary>Offset of the u32 target index.</summary>
    public const int Target = 16;
}

/// <summary>A value of a record.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Offset">
/// Bytes from the start of the record, header included. For a packed value the place of its u32 length.
/// </param>
/// <param name="IsPacked">
/// True for strings and buffers that are values of their own (not inside a tuple or structure): the fixed part holds the
/// u32 length in bytes; the bytes themselves, without NUL and without padding, follow the fixed part, in the order of the values.
/// </param>
public sealed record EventField(BpfType Type, int Offset, bool IsPacked);

/// <summary>How a site's records lie in memory: header, fixed part, packed bytes.</summary>
/// <param name="Site">The output site.</param>
/// <param name="Fields">One for each of <see cref="OutputSite.ValueTypes"/>.</param>
/// <param name="FixedSize">Header and fixed part in bytes, a multiple of 8: where packed bytes start.</param>
/// <param name="MaximumSize">The largest record in bytes.</param>
public sealed record EventLayout(OutputSite Site, ImmutableArray<EventField> Fields, int FixedSize, int MaximumSize)
{
    /// <summary>The layout of a site: both sides call this, so they agree.</summary>
    public static EventLayout Create(OutputSite site)
    {
        ArgumentNullException.ThrowIfNull(site);
        var fields = ImmutableArray.CreateBuilder<EventField>(site.ValueTypes.Length);
        int offset = EventHeader.Size;
        int packed = 0;
        foreach (BpfType type in site.ValueTypes)
        {
            bool isPacked = type is StringType or BufferType;
            int alignment = isPacked ? 4 : type.Alignment;
            offset = (offset + alignment - 1) / alignment * alignment;
            fields.Add(new EventField(type, offset, isPacked));
            offset += isPacked ? 4 : type.Size;
            packed += type switch
            {
                StringType s => s.Capacity,
                BufferType b => b.Capacity,
                _ => 0,
            };
        }

        int fixedSize = (offset + 7) / 8 * 8;
        return new EventLayout(site, fields.ToImmutable(), fixedSize, fixedSize + packed);
    }
}
