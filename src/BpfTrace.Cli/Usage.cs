namespace BpfTrace.Cli;

/// <summary>What <c>-h</c> and <c>-V</c> print.</summary>
internal static class Usage
{
    public static string Version => $"bpft v{typeof(Usage).Assembly.GetName().Version?.ToString(3)} (bpftrace language 0.26)\n";

    public const string Text =
        """
        bpft - runs bpftrace programs on the live Linux kernel

        USAGE:
            bpft [options] FILE [parameters]
            bpft [options] -e 'program' [parameters]
            bpft [options] - [parameters]            the program comes from the standard input
            bpft -l [pattern | FILE | -e 'program']
            named parameters of a program follow --, as in: bpft FILE -- --name=value

        WHAT TO RUN:
            -e 'program'       this program
            -p, --pid PID      only events of this process; ends when it does. Several: -p again, or PID,PID
            -c, --cmd COMMAND  start COMMAND once everything is attached, and end with it; its pid is cpid
            --dwarf-pid PID    dw_ustack unwinds stacks of this process too, beside those of -p and -c. Several as with -p
            --probe-filter RE  of the probes, only those whose name the regular expression matches
            --debuginfo DIR[:DIR]  look for separate debug files of binaries here too
            --no-feature F[,F] do without kprobe_multi, kprobe_session or uprobe_multi
            --usdt-file-activation  accepted; the kernel counts the semaphores of static probes by file anyway
            --test             run the program's test probes, and tell which pass
            --bench            measure the program's bench probes
            --dry-run          attach, then end at once
            --unsafe           allow what can change the system: system(), signal(), signal_thread(), override(), write_user()
            --fmt              format the program and print it; -o FILE writes it, also in place

        WHAT THERE IS:
            -l, --list         list probes that match a pattern, or those of a program
            --traceable-functions FILE  the kernel's functions that can be traced, in place of tracefs's list
            -v, --verbose      more messages; with -l, the parameters of each probe too
            --info             what this kernel and this build can do
            -h, --help         this text
            -V, --version      the version

        OUTPUT:
            -o, --output FILE  events go to FILE
            --record FILE      FILE takes the events as objects too, for Import-BpfTrace in PowerShell; bpftrace has no such option
            -f FORMAT          text or json
            -B MODE            when output is written out: line, full, none
            -q, --quiet        no message when attached
            -k, --warnings     warn about failed probe reads and map look-ups too
            --no-warnings      no warnings

        C DEFINITIONS:
            -I DIR             look for included files here too
            --include FILE     as if the program began with an #include of FILE

        TO FIND OUT WHY:
            -d, --debug STAGE  print stages: all, or some of ast, types, codegen, codegen-opt, dis, libbpf, verifier
            --mode codegen     compile and end; what this kernel lacks is only a warning, and that probe left out
            --mode compiler-bench  what each stage of the compiler takes for the program
            --emit-llvm FILE   write the LLVM IR to FILE.original.ll and FILE.optimized.ll
            --emit-elf FILE    write the BPF object to FILE
            --verify-llvm-ir   accepted; it is always verified

        The environment variables BPFTRACE_<KEY> set what a program's config block can set, and win over it.
        The exit status is that of exit(N), else 0; 1 for wrong usage, a wrong script or a failed test; 2 for a wrong variable or C definition;
        255 when a right script could not be loaded or attached.

        EXAMPLES:
            bpft -e 'tracepoint:syscalls:sys_enter_openat { printf("%s %s\n", comm, str(args.filename)); }'
            bpft -e 'tracepoint:raw_syscalls:sys_enter { @[comm] = count(); }'
            bpft -c 'ls /' -e 'uprobe:libc:malloc /pid == cpid/ { @ = hist(arg0); }'
            bpft -lv 'tracepoint:sched:*exec'

        """;
}
