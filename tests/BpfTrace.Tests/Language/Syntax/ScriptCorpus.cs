namespace BpfTrace.Tests.Language.Syntax;

/// <summary>Scripts that use the whole grammar, for round trips and mutation.</summary>
internal static class ScriptCorpus
{
    internal static IReadOnlyList<string> Scripts { get; } =
    [
        "BEGIN { exit(); }",
        "tracepoint:syscalls:sys_enter_openat /pid == $1 && comm != \"x\\\"y\\n\"/ { printf(\"%s %s\\n\", comm, str(args.filename)); }",
        "tracepoint:raw_syscalls:sys_enter { @[comm] = count(); @h[pid, cpu] = hist(args.id, 2); @l = lhist(1, 0, 1_000, 1e2); }",
        "kprobe:vfs_read, kprobe:vfs_write+0x10,\nkretprobe:vfs_* { @start[tid] = nsecs; } kretprobe:vfs_read /@start[tid]/ { delete(@start[tid]); }",
        "uprobe:\"/bin/a b\":main, uprobe:/bin/sh@a.c:10, usdt:*:p:n, usdt:$1:$2 { print((arg0, sarg1, reg(\"sp\"))); }",
        "kfunc:f { $t = (struct task_struct *)curtask; printf(\"%d\", $t->pid); print($t.mm->pgd[2].x); }",
        "BEGIN { $a = 1; $a += 2 * 3; $a <<= 1; $a++; --$a; let $b : uint16 = -1; let $c; let $d : struct s *; _ = f($a ? $b : ~$c ?: !$d); }",
        "BEGIN { $t = (1, \"two\", (3, 4)); print($t.2.1); $r = (x=1, y=(z=2)); print($r.y.z); print(()); print((1,)); }",
        "BEGIN { if (1) { @a = 1 } else if 2 { @a = 2 } else { @a = 3 } if !$x { return; } $v = if 1 { 2 } else { 3 }; $w = { let $q = 1; $q + 1 }; }",
        "BEGIN { unroll (5) { @x[$i] = sum(1); } while ($i < 10) { $i++; if ($i == 5) { } break; continue; } }",
        "BEGIN { for ($kv : @map) { print($kv.0, $kv.1); } for $i : 0..(10 + 1) { print($i); } }",
        "BEGIN { print(sizeof(struct s)); print(sizeof($x)); print(offsetof(struct s, a.b)); print((uint8[8])5); print((typeof($x))5); f(typeof(int32)); comptime g(); }",
        "#!/usr/bin/bpftrace\n#include <linux/fs.h>\n#define A 1\nstruct s { int x; struct { char y[4]; } z; };\nenum e { B, C = 5 }\nconfig = { max_map_keys = 10; stack_mode = perf; s = \"x\"; b = true }\nimport \"a.bt\";\nlet @m = hash(10);\nmacro add(a, $b, @c) { a + $b }\nfn f($x : int64, $y : struct s *) : int64 { return $x; }\nBEGIN { @m[1] = add(1, $b, @c); }",
        "interval:1s, profile:hz:99, software:faults:100, hardware:cache-misses: { print(@); clear(@); time(\"%H:%M:%S\\n\"); }",
        "watchpoint:0x1000:8:rw { print(&$x, &@m, *$p, *(uint64 *)arg0, 10ms, 0xdead_beef, 0755, 1ull); }",
        "iter:task { $x = ctx->task; printf(\"%s:%d\\n\", $x->comm, $x->pid); }\nself:signal:SIGUSR1 { print(@); }\nbench:a { 1 }\ntest:b { return 0 }",
        "BEGIN { print(1 + 2 * 3 - 4 / 5 % 6 << 7 >> 8 & 9 | 10 ^ 11 == 12 != 13 < 14 <= 15 > 16 >= 17 && 18 || 19); } // the end",
    ];
}
