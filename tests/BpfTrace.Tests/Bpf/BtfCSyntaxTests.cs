using BpfTrace.Bpf.Btf;

namespace BpfTrace.Tests.Bpf;

/// <summary>The spacing and padding are libbpf's (btf_dump.c); the expectations were compared with <c>bpftrace -lv</c>.</summary>
public class BtfCSyntaxTests
{
    [Fact]
    public void Declarations()
    {
        BtfBuilder b = new();
        int c = b.Int("char", 1, signed: true);
        int i = b.Int("int", 4, signed: true);
        int constChar = b.Add("", 10, (uint)c);
        int text = b.Ptr(constChar);
        int constText = b.Add("", 10, (uint)text);
        int task = b.Struct("task_struct", 8);
        int taskPointer = b.Ptr(task);
        int comm = b.Array(c, i, 16);
        int grid = b.Array(b.Array(i, i, 3), i, 2);
        int pointers = b.Array(text, i, 4);
        int toArray = b.Ptr(comm);
        int function = b.Proto(0, ("", taskPointer), ("n", i), ("", 0));
        int callback = b.Ptr(function);
        int empty = b.Ptr(b.Proto(i));
        int tagged = b.Ptr(b.Add("user", 18, (uint)c));
        int voidPointer = b.Ptr(0);
        using BtfFile btf = BtfFile.Parse(b.Build());

        Assert.Equal("struct task_struct *", btf.GetType(taskPointer).ToString());
        Assert.Equal("struct task_struct *p", btf.GetType(taskPointer).ToDeclaration("p"));
        Assert.Equal("const char *filename", btf.GetType(text).ToDeclaration("filename"));
        Assert.Equal("const char * const", btf.GetType(constText).ToString());
        Assert.Equal("char comm[16]", btf.GetType(comm).ToDeclaration("comm"));
        Assert.Equal("char[16]", btf.GetType(comm).ToString());
        Assert.Equal("int grid[2][3]", btf.GetType(grid).ToDeclaration("grid"));
        Assert.Equal("const char *names[4]", btf.GetType(pointers).ToDeclaration("names"));
        Assert.Equal("char (*line)[16]", btf.GetType(toArray).ToDeclaration("line"));
        Assert.Equal("void (*fn)(struct task_struct *, int n, ...)", btf.GetType(callback).ToDeclaration("fn"));
        Assert.Equal("int (*)(void)", btf.GetType(empty).ToString());
        Assert.Equal("char __attribute__((btf_type_tag(\"user\"))) *buf", btf.GetType(tagged).ToDeclaration("buf"));
        Assert.Equal("void *", btf.GetType(voidPointer).ToString());
    }

    [Fact]
    public void Definition_with_padding_bit_fields_and_anonymous_parts()
    {
        BtfBuilder b = new();
        int i = b.Int("int", 4, signed: true);
        int u8 = b.Int("unsigned char", 1);
        int l = b.Int("long int", 8, signed: true);
        int union = b.Composite("", 5, 8, false, ("a", i, 0, 0), ("b", l, 0, 0));
        int s = b.Composite("s", 4, 40, true, ("x", i, 0, 0), ("f", i, 32, 3), ("g", i, 40, 2), ("", union, 64, 0), ("late", l, 192, 0), ("c", u8, 256, 0));
        int packed = b.Struct("p", 5, ("c", u8, 0), ("i", i, 8));
        int nothing = b.Struct("nothing", 0);
        int e = b.Add("e", 6, 1, 2, false, b.String("A"), 0, b.String("B"), 200);
        using BtfFile btf = BtfFile.Parse(b.Build());

        Assert.Equal(
            "struct s {\n\tint x;\n\tint f: 3;\n\tchar: 5;\n\tint g: 2;\n\tunion {\n\t\tint a;\n\t\tlong int b;\n\t};\n\tlong: 64;\n\tlong int late;\n\tunsigned char c;\n}",
            btf.GetType(s).ToDefinition());
        Assert.Equal("struct p {\n\tunsigned char c;\n\tint i;\n} __attribute__((packed))", btf.GetType(packed).ToDefinition());
        Assert.Equal("struct nothing {}", btf.GetType(nothing).ToDefinition());
        Assert.Equal("enum e {\n\tA = 0,\n\tB = 200,\n} __attribute__((mode(byte)))", btf.GetType(e).ToDefinition());
    }
}
