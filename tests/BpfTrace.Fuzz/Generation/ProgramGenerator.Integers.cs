namespace BpfTrace.Fuzz.Generation;

internal sealed partial class ProgramGenerator
{
    /// <summary>An integer expression.</summary>
    private string Integer(int depth)
    {
        if (Careless)
            return Value(AnyShape(2), depth + 1);
        if (depth >= MaxDepth)
            return Primary();
        return _dice.Weighted(35, 28, 6, 6, 4, 6, 5, 3, 3, 2) switch
        {
            0 => Primary(),
            1 => $"{Operand(depth)} {_dice.Pick<string>(["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "+", "-"])} {Operand(depth)}",
            2 => _dice.Pick<string>(["-", "~", "!"]) + Operand(depth),
            3 => $"({_dice.Pick<string>(["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])}){Operand(depth)}",
            4 => _isOld || _dice.Percent(60) ? $"({Bool(depth + 1)} ? {Integer(depth + 1)} : {Integer(depth + 1)})" : $"({Integer(depth + 1)} ?: {Integer(depth + 1)})",
            5 => IntegerCall(depth),
            6 => Memory(depth),
            7 when IntegerPlace() is { } place => _dice.Percent(50) ? place + "++" : "--" + place,
            8 when _macros.Count > 0 => MacroUse(depth),
            9 when !_isOld => _dice.Below(4) switch
            {
                0 => $"{{ let $inner = {Integer(depth + 1)}; $inner + 1 }}",
                1 => $"comptime ({_dice.Pick<string>(["1 + 2", "sizeof(uint32)", "5 > 3", "1 << 40"])})",
                2 => $"(if ({Bool(depth + 1)}) {{ {Integer(depth + 1)} }} else {{ {Integer(depth + 1)} }})",
                _ => $"(typeof({Primary()})){Operand(depth)}",
            },
            _ => Primary(),
        };
    }

    private string Operand(int depth)
    {
        string value = Integer(depth + 1);
        return _dice.Percent(50) || value.Contains(' ', StringComparison.Ordinal) ? $"({value})" : value;
    }

    private string Primary()
    {
        switch (_dice.Weighted(30, 30, 35, 5))
        {
            case 0:
                return IntegerLiteral();
            case 1 when Known(ValueShape.Integer) is { } known:
                return known;
            case 3:
                return _dice.Pick<string>(["$1", "$3", "$#", "$9", _hasLimit ? "LIMIT" : "1", _isOld ? "1" : "default_str_length"]);
            default:
                return IntegerBuiltin();
        }
    }

    private string IntegerLiteral() => _dice.Weighted(50, 10, 8, 5, 4, 4, 4, 6, 4) switch
    {
        0 => _dice.Below(20).ToString(),
        1 => _dice.Pick<string>(["255", "256", "65535", "65536", "127", "128", "2147483647", "2147483648", "4294967295", "4294967296"]),
        2 => "0x" + (_dice.Next() >> _dice.Below(64)).ToString("x"),
        3 => _dice.Pick<string>(["9223372036854775807", "9223372036854775808", "18446744073709551615", "1"]),
        4 => "0" + Convert.ToString(_dice.Below(512), 8),
        5 => _dice.Pick<string>(["1_000", "1_000_000", "0xdead_beef"]),
        6 => _dice.Pick<string>(["1e3", "5e6", "2e9", "1e18"]),
        7 => _dice.Pick<string>(["10ms", "1s", "5us", "100ns", "2m", "1h", "1d"]),
        _ => _dice.Below(100) + _dice.Pick<string>(["u", "l", "ul", "ll", "ull"]),
    };

    private string IntegerBuiltin()
    {
        if (_dice.Percent(25))
        {
            if (_probe.StartsWith("tracepoint:syscalls:sys_enter_openat", StringComparison.Ordinal))
                return (_isOld ? "args->" : "args.") + _dice.Pick<string>(["flags", "dfd", "__syscall_nr"]);
            if (_probe.Contains("sched_switch", StringComparison.Ordinal) && _probe[0] == 't')
                return (_isOld ? "args->" : "args.") + _dice.Pick<string>(["prev_pid", "next_pid", "prev_prio"]);
            if (_probe.Contains("sys_exit", StringComparison.Ordinal))
                return _isOld ? "args->ret" : "args.ret";
            if (_probe.Contains("retprobe", StringComparison.Ordinal) || _probe.StartsWith("fexit", StringComparison.Ordinal))
                return "retval";
            if (HasArguments)
                return _dice.Pick<string>(["arg0", "arg1", "arg0"]);
            if (HasRegisters)
                return _dice.Pick<string>(["reg(\"ip\")", "reg(\"di\")"]);
            if (_probe[0] == 'f')
                return _dice.Pick<string>(["args.count", "args.count"]);
        }

        return _dice.Pick<string>(_isOld
            ? ["pid", "tid", "uid", "gid", "cpu", "nsecs", "elapsed", "rand", "cgroup", "numaid"]
            : ["pid", "tid", "uid", "gid", "cpu", "nsecs", "elapsed", "rand", "cgroup", "numaid", "jiffies", "ncpus", "ppid", "nsecs(monotonic)", "nsecs(tai)", "pid(init)", "tid(curr_ns)", "leader_tid", HasRegisters ? "usermode" : "cpu"]);
    }

    private string IntegerCall(int depth) => _dice.Below(_isOld ? 4 : 16) switch
    {
        0 => $"sizeof({_dice.Pick<string>(["uint32", "struct task_struct", "int64 *", "pid"])})",
        1 => $"strncmp({String(depth + 1)}, {String(depth + 1)}, {_dice.Below(10)})",
        2 => $"bswap({_dice.Pick<string>(["(uint16)", "(uint32)", "(uint64)", "(uint8)"])}{Operand(depth + 1)})",
        3 => _dice.Percent(40) ? "kaddr(\"avenrun\")" : "(int32)rand",
        4 => $"strlen({String(depth + 1)})",
        5 => $"strstr({String(depth + 1)}, {String(depth + 1)})",
        6 => $"memcmp({String(depth + 1)}, {String(depth + 1)}, {_dice.Below(20)})",
        7 => $"offsetof(struct task_struct, {_dice.Pick<string>(["pid", "comm", "se.vruntime"])})",
        8 => $"len({Stack()})",
        9 => "sizeof(" + Value(AnyShape(1), depth + 1) + ")",
        10 => $"strcap({String(depth + 1)})",
        11 => "(uint64)" + Operand(depth),
        12 => _dice.Percent(20) ? "percpu_kaddr(\"runqueues\", " + Integer(depth + 1) + ")" : "ncpus",
        13 => "getopt(\"n\", 5, \"how many\")",
        14 => _dice.Percent(30) ? "cgroupid(\"/sys/fs/cgroup\")" : "(int64)cpu",
        _ => $"\"{_dice.Pick<string>(["abc", "xyz"])}\"[{_dice.Pick<string>(["0", "2", "cpu", Integer(depth + 1)])}]",
    };

    /// <summary>Reads of memory: through pointers, members, elements.</summary>
    private string Memory(int depth) => _dice.Below(_isOld ? 5 : 9) switch
    {
        0 => "curtask" + (_isOld ? "->" : ".") + _dice.Pick<string>(["pid", "tgid", "flags", "prio", "se.vruntime", "cred->uid.val", "mm->total_vm", "cred->gid.val"]),
        1 => $"*(uint64 *){Operand(depth)}",
        2 => $"*(uint32 *)({Operand(depth)} + 8)",
        3 => $"((struct task_struct *){(HasArguments ? "arg0" : "0")})->tgid",
        4 when !_hasPair => "((struct task_struct *)" + (HasArguments ? "arg0" : "curtask") + ")->tgid",
        4 => $"((struct pair *){Operand(depth)})->{_dice.Pick<string>(["left", "right", "bits.low", "bits.high"])}",
        5 => $"((uint8[8]){Operand(depth)})[{_dice.Pick<string>(["0", "7", "pid % 8", "cpu", "6"])}]",
        6 => $"({Integer(depth + 1)}, {Integer(depth + 1)}).{_dice.Below(2)}",
        7 => $"(f0={Integer(depth + 1)}, f1=2).f0",
        _ => $"((int32 *){Operand(depth)})[{Integer(depth + 1)}]",
    };

    /// <summary>A condition.</summary>
    private string Bool(int depth)
    {
        if (depth >= MaxDepth)
            return _dice.Pick<string>(["pid", "1", "true", "0"]);
        return _dice.Weighted(35, 12, 10, 10, 8, 6, 5, 4) switch
        {
            0 => $"{Operand(depth)} {Comparison()} {Operand(depth)}",
            1 => $"({Bool(depth + 1)}) {_dice.Pick<string>(["&&", "||"])} ({Bool(depth + 1)})",
            2 => $"{String(depth + 1)} {_dice.Pick<string>(["==", "!="])} {String(depth + 1)}",
            3 => Integer(depth + 1),
            4 => "!" + Operand(depth),
            5 => $"strcontains({String(depth + 1)}, {String(depth + 1)})",
            6 when !_isOld => _dice.Below(4) switch
            {
                0 => _dice.Pick<string>(["true", "false"]),
                1 => $"{Tuple(new ValueShape(ValueKind.Tuple, [ValueShape.Integer, ValueShape.String]), 2)} == {Tuple(new ValueShape(ValueKind.Tuple, [ValueShape.Integer, ValueShape.String]), 2)}",
                2 => $"{_dice.Pick<string>(["is_str", "is_ptr", "is_integer", "is_array", "is_literal", "is_unsigned_integer"])}({Value(AnyShape(1), depth + 1)})",
                _ => $"(bool){Operand(depth)}",
            },
            7 when !_isOld && _maps.Find(m => m.Key is not null) is { } map => $"has_key({map.Name}, {Value(map.Key!, 2)})",
            _ => "pid",
        };
    }

    private string Comparison() => _dice.Pick<string>(["==", "!=", "<", "<=", ">", ">="]);

    /// <summary>A string expression.</summary>
    private string String(int depth)
    {
        if (depth < MaxDepth && _dice.Percent(4))
            return $"({Bool(depth + 1)} ? {String(depth + 1)} : {String(depth + 1)})";
        if (_dice.Percent(20) && Known(ValueShape.String) is { } known)
            return known;
        return _dice.Weighted(30, 25, 15, 4, 5, 5, 4, 4, 4, 2) switch
        {
            0 => StringLiteral(),
            1 => "comm",
            2 => $"str({Pointer(depth + 1)}{_dice.Pick<string>(["", "", ", 16", ", 200", ", 0", ", pid", ", 5000"])})",
            3 => "str($1)",
            4 => "probe",
            5 when !_isOld => $"str_concat({StringLiteral()}, comm)",
            6 when !_isOld => _dice.Pick<string>(["strerror(2)", "signal_name(9)", "syscall_name(1)", "pcomm", "probetype"]),
            7 => _isOld ? "((struct task_struct *)curtask)->comm" : "curtask.comm",
            8 when !_isOld => $"(string[{_dice.Pick<string>(["16", "64", "300"])}]){_dice.Pick<string>(["\"ab\"", "\"\"", StringLiteral()])}",
            _ => $"strerror({Integer(3)})",
        };
    }

    private string StringLiteral() => _dice.Weighted(60, 10, 5, 10, 5) switch
    {
        0 => _dice.Pick<string>(["\"a\"", "\"sshd\"", "\"hello world\"", "\"\"", "\"/etc/passwd\""]),
        1 => "\"" + new string('x', _dice.Pick<int>([15, 16, 63, 64, 65, 199, 200, 300, 400])) + "\"",
        2 => "\"\\n\\t\\\\\\\"\\x7f\\101\"",
        3 => "\"é漢\"",
        _ => "\"%s %d\"",
    };
}
