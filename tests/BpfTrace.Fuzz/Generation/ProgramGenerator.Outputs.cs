using System.Text;

namespace BpfTrace.Fuzz.Generation;

internal sealed partial class ProgramGenerator
{
    private void AddOutput()
    {
        switch (_dice.Weighted(40, 25, 8, 3, 3, 3, 3, 4, 2, 2))
        {
            case 0:
                _text.Append(Formatted("printf"));
                break;
            case 1:
                _text.Append("print(").Append(Value(AnyShape(0), 0)).Append(')');
                break;
            case 2 when _maps.Count > 0:
                _text.Append("print(").Append(_dice.Percent(70) ? _dice.OneOf(_maps).Name : Reference(_dice.OneOf(_maps)))
                    .Append(_dice.Pick<string>(["", "", ", 5", ", 5, 2", ", 1"])).Append(')');
                break;
            case 3:
                _text.Append("time(").Append(_dice.Pick<string>(["", "\"%H:%M:%S\\n\"", "\"%F\"", "\"\""])).Append(')');
                break;
            case 4:
                _text.Append(Formatted("cat"));
                break;
            case 5:
                _text.Append(Formatted(_isOld ? "printf" : _dice.Pick<string>(["errorf", "warnf"])));
                break;
            case 6:
                _text.Append(Formatted("system"));
                break;
            case 7:
                _text.Append("join(").Append(Pointer(2)).Append(_dice.Pick<string>(["", ", \",\""])).Append(')');
                break;
            case 8:
                _text.Append("debugf(\"x %d\\n\", ").Append(Integer(1)).Append(')');
                break;
            default:
                _text.Append(_isOld ? "exit()" : $"assert({Bool(1)}, \"no\")");
                break;
        }

        _text.Append(';');
    }

    private string Formatted(string function)
    {
        var format = new StringBuilder();
        var arguments = new List<string>();
        int count = _dice.Below(5);
        for (int i = 0; i < count; i++)
        {
            if (_dice.Percent(40))
                format.Append(_dice.Pick<string>(["a", "=", " ", "%%", "\\t", "\\x41", "\\\"", "é"]));
            AddConversion(format, arguments);
        }

        if (_dice.Percent(60))
            format.Append("\\n");
        if (Careless)
            format.Append(_dice.Pick<string>(["%", "%d", "%5", "%*d", "%zq"]));
        return arguments.Count == 0 ? $"{function}(\"{format}\")" : $"{function}(\"{format}\", {string.Join(", ", arguments)})";
    }

    private void AddConversion(StringBuilder format, List<string> arguments)
    {
        string flags = _dice.Percent(75) ? "" : _dice.Pick<string>(["-", "+", "0", " ", "#", "-5", "5", "05", ".3", "10.4", "-16"]);
        switch (_dice.Weighted(40, 25, 5, 5, 5, 5, 3, 3))
        {
            case 0:
                format.Append('%').Append(flags).Append(_dice.Pick<string>(["d", "d", "u", "x", "lld", "llu", "llx", "hhd", "hd", "ld", "o", "X", "i", "c", "p"]));
                arguments.Add(Integer(1));
                break;
            case 1:
                format.Append('%').Append(flags).Append('s');
                arguments.Add(String(1));
                break;
            case 2:
                format.Append("%s");
                arguments.Add(Value(ValueShape.Of(_dice.Pick<ValueKind>(
                    [ValueKind.Stack, ValueKind.Symbol, ValueKind.Address, ValueKind.User, ValueKind.Bool, ValueKind.Timestamp, ValueKind.Cgroup])), 1));
                break;
            case 3:
                format.Append(_dice.Pick<string>(["%r", "%rx", "%rh"]));
                arguments.Add(Buffer(1));
                break;
            case 4:
                format.Append(_dice.Pick<string>(["%d", "%s"]));
                arguments.Add(Bool(1));
                break;
            case 5:
                format.Append("%p");
                arguments.Add(Pointer(1));
                break;
            case 6 when !_isOld:
                format.Append('%').Append(_dice.Pick<string>(["*d", "-*d", ".*d"]));
                arguments.Add("5");
                arguments.Add(Integer(2));
                break;
            default:
                format.Append("%d");
                arguments.Add(Value(AnyShape(1), 1));
                break;
        }
    }

    private void AddMapOperation()
    {
        if (_maps.Count == 0)
        {
            AddOutput();
            return;
        }

        MapPlan map = _dice.OneOf(_maps);
        string key = map.Key is null ? "" : Value(Slip(map.Key), 1);
        switch (_dice.Below(_isOld ? 4 : 7))
        {
            case 0:
                _text.Append("clear(").Append(map.Name).Append(");");
                break;
            case 1:
                _text.Append("zero(").Append(map.Name).Append(");");
                break;
            case 2 or 3 when _isOld || key.Length == 0:
                _text.Append("delete(").Append(key.Length == 0 ? map.Name : $"{map.Name}[{key}]").Append(");");
                break;
            case 4 when key.Length > 0:
                _text.Append("if (has_key(").Append(map.Name).Append(", ").Append(key).Append(")) { @hits = count(); }");
                break;
            case 5 when key.Length > 0 && map.Aggregation is null:
                string found = FreshName("$");
                _text.Append("let ").Append(found).Append("; if (find(").Append(map.Name).Append(", ").Append(key).Append(", ").Append(found).Append(")) { print(").Append(found).Append("); }");
                break;
            case 6 when map.Key is not null:
                _text.Append("print(len(").Append(map.Name).Append("));");
                break;
            default:
                _text.Append(key.Length == 0 ? $"clear({map.Name});" : $"delete({map.Name}, {key});");
                break;
        }
    }

    private void AddAction()
    {
        if (_macros.Count > 0 && _dice.Percent(60))
        {
            _text.Append(MacroUse(1)).Append(';');
            return;
        }

        _text.Append(_dice.Below(12) switch
        {
            0 => "exit();",
            1 => _isOld ? "exit();" : "exit(" + Integer(2) + ");",
            2 when HasArguments || HasRegisters || Careless => "signal(" + _dice.Pick<string>(["\"SIGTERM\"", "9", Integer(2)]) + ");",
            3 => "static_assert(1 == 1, \"x\");",
            4 when _probe.StartsWith("kprobe", StringComparison.Ordinal) || Careless => "override(" + Integer(2) + ");",
            5 when _probe[0] is 'f' or 'r' || Careless => "skboutput(\"f.pcap\", curtask, 10, 0);",
            6 => "write_user(uptr(" + Pointer(2) + "), " + Pointer(2) + ", 8);",
            7 when Careless => "fail(\"never\");",
            8 => "unwatch(" + Integer(2) + ");",
            _ => "print(1);",
        });
    }

    private string MacroUse(int depth)
    {
        MacroPlan macro = _dice.OneOf(_macros);
        bool lacks = (macro.Parameters.Contains('$', StringComparison.Ordinal) && !_variables.Exists(static v => v.Shape.Kind == ValueKind.Integer))
            || (macro.Parameters.Contains('@', StringComparison.Ordinal) && _maps.Count == 0);
        if (lacks && !Careless)
            return "1";
        var arguments = new List<string>();
        foreach (char kind in macro.Parameters)
        {
            arguments.Add(kind switch
            {
                '$' => _variables.Find(v => v.Shape.Kind == ValueKind.Integer)?.Name ?? "$none",
                '@' => _maps.Count > 0 ? _dice.OneOf(_maps).Name : "@none",
                _ => Integer(depth + 1),
            });
        }

        if (Careless)
            arguments.Add("1");
        return arguments.Count == 0 && _dice.Percent(50) ? macro.Name : $"{macro.Name}({string.Join(", ", arguments)})";
    }
}
