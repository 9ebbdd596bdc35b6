namespace BpfTrace.Bpf.Btf;

public readonly partial struct BtfType
{
    /// <summary>
    /// The C declaration of a name with this type, spaced as libbpf does: <c>const char *filename</c>, <c>char comm[16]</c>,
    /// <c>int (*fn)(void *)</c>. An empty name gives the type alone; bpftrace's listings put that, a space and the name.
    /// </summary>
    public string ToDeclaration(string name) => BtfCType.Format(this, name);

    /// <summary>
    /// The C definition of a structure, union or enumeration with tabs and explicit padding, without a final semicolon or
    /// line end, as <c>bpftrace -lv 'struct x'</c> shows it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The kind has no definition.</exception>
    public string ToDefinition() => BtfCDefinition.Format(this);

    /// <summary>The name with its keyword, as <c>struct task_struct</c> or <c>pid_t</c>; <c>(anon)</c> for an anonymous type.</summary>
    public string FullName
    {
        get
        {
            string keyword = BtfCType.Keyword(this);
            string name = IsAnonymous ? "(anon)" : Name;
            return keyword.Length > 0 ? keyword + " " + name : name;
        }
    }
}
