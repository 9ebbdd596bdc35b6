using System.Runtime.InteropServices;

namespace BpfTrace.Bpf.Dwarf;

/// <summary>Reads entries of debug information. Whoever calls holds the file's lock.</summary>
internal static unsafe class DieReader
{
    public static int Tag(in Dwarf_Die die)
    {
        fixed (Dwarf_Die* p = &die)
            return LibDw.dwarf_tag(p);
    }

    public static bool TryFirstChild(in Dwarf_Die die, out Dwarf_Die child)
    {
        fixed (Dwarf_Die* p = &die)
        fixed (Dwarf_Die* result = &child)
            return LibDw.dwarf_child(p, result) == 0;
    }

    public static bool TryNext(in Dwarf_Die die, out Dwarf_Die next)
    {
        fixed (Dwarf_Die* p = &die)
        fixed (Dwarf_Die* result = &next)
            return LibDw.dwarf_siblingof(p, result) == 0;
    }

    /// <summary>An entry's name, also where another entry has it for this one; empty for none.</summary>
    public static string Name(in Dwarf_Die die)
    {
        fixed (Dwarf_Die* p = &die)
            return Text(LibDw.dwarf_diename(p));
    }

    public static bool IsNamed(in Dwarf_Die die, ReadOnlySpan<byte> name)
    {
        fixed (Dwarf_Die* p = &die)
        {
            byte* own = LibDw.dwarf_diename(p);
            return own != null && MemoryMarshal.CreateReadOnlySpanFromNullTerminated(own).SequenceEqual(name);
        }
    }

    public static bool Has(in Dwarf_Die die, uint attribute)
    {
        Dwarf_Attribute value;
        fixed (Dwarf_Die* p = &die)
            return LibDw.dwarf_attr(p, attribute, &value) != null;
    }

    /// <summary>An attribute as it is in the file.</summary>
    public static bool TryRaw(in Dwarf_Die die, uint attribute, out Dwarf_Attribute value)
    {
        fixed (Dwarf_Die* p = &die)
        fixed (Dwarf_Attribute* result = &value)
            return LibDw.dwarf_attr(p, attribute, result) != null;
    }

    public static bool TryUnsigned(in Dwarf_Die die, uint attribute, out ulong value)
    {
        value = 0;
        Dwarf_Attribute found;
        fixed (Dwarf_Die* p = &die)
        fixed (ulong* result = &value)
            return LibDw.dwarf_attr_integrate(p, attribute, &found) != null && LibDw.dwarf_formudata(&found, result) == 0;
    }

    public static bool TrySigned(in Dwarf_Die die, uint attribute, out long value)
    {
        value = 0;
        Dwarf_Attribute found;
        fixed (Dwarf_Die* p = &die)
        fixed (long* result = &value)
            return LibDw.dwarf_attr_integrate(p, attribute, &found) != null && LibDw.dwarf_formsdata(&found, result) == 0;
    }

    public static bool Flag(in Dwarf_Die die, uint attribute)
    {
        Dwarf_Attribute found;
        byte value = 0;
        fixed (Dwarf_Die* p = &die)
            return LibDw.dwarf_attr_integrate(p, attribute, &found) != null && LibDw.dwarf_formflag(&found, &value) == 0 && value != 0;
    }

    public static string Text(in Dwarf_Die die, uint attribute)
    {
        Dwarf_Attribute found;
        fixed (Dwarf_Die* p = &die)
            return LibDw.dwarf_attr_integrate(p, attribute, &found) == null ? "" : Text(LibDw.dwarf_formstring(&found));
    }

    /// <summary>The entry an attribute refers to.</summary>
    /// <param name="die">The entry.</param>
    /// <param name="attribute">The attribute; looked for in the entries this one completes too.</param>
    /// <param name="target">What it refers to.</param>
    public static bool TryReference(in Dwarf_Die die, uint attribute, out Dwarf_Die target)
    {
        target = default;
        Dwarf_Attribute found;
        fixed (Dwarf_Die* p = &die)
        fixed (Dwarf_Die* result = &target)
            return LibDw.dwarf_attr_integrate(p, attribute, &found) != null && LibDw.dwarf_formref_die(&found, result) != null;
    }

    public static string Text(byte* text) => text == null ? "" : Marshal.PtrToStringUTF8((nint)text) ?? "";
}
