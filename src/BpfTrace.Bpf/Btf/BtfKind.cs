namespace BpfTrace.Bpf.Btf;

/// <summary>The kinds of a BTF type, numbered as <c>BTF_KIND_*</c> in the kernel's <c>include/uapi/linux/btf.h</c>.</summary>
public enum BtfKind
{
    /// <summary>Type id 0: <c>void</c>.</summary>
    Void = 0,

    /// <summary>An integer, a <c>char</c> or a <c>_Bool</c>.</summary>
    Int = 1,

    /// <summary>A pointer.</summary>
    Ptr = 2,

    /// <summary>An array with a fixed number of elements.</summary>
    Array = 3,

    /// <summary>A structure.</summary>
    Struct = 4,

    /// <summary>A union.</summary>
    Union = 5,

    /// <summary>An enumeration with 32-bit values.</summary>
    Enum = 6,

    /// <summary>A forward declaration of a structure or union.</summary>
    Fwd = 7,

    /// <summary>A typedef.</summary>
    Typedef = 8,

    /// <summary>The <c>volatile</c> qualifier.</summary>
    Volatile = 9,

    /// <summary>The <c>const</c> qualifier.</summary>
    Const = 10,

    /// <summary>The <c>restrict</c> qualifier.</summary>
    Restrict = 11,

    /// <summary>A function: a name and its prototype.</summary>
    Func = 12,

    /// <summary>A function's prototype.</summary>
    FuncProto = 13,

    /// <summary>A global variable.</summary>
    Var = 14,

    /// <summary>A section of global variables.</summary>
    DataSec = 15,

    /// <summary>A floating point number (Linux 5.13).</summary>
    Float = 16,

    /// <summary>A tag on a declaration (Linux 5.16).</summary>
    DeclTag = 17,

    /// <summary>A tag on a type, as <c>user</c> or <c>rcu</c> on what a pointer points to (Linux 5.17).</summary>
    TypeTag = 18,

    /// <summary>An enumeration with 64-bit values (Linux 6.0).</summary>
    Enum64 = 19,
}
