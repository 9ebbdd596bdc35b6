namespace BpfTrace.Fuzz.Generation;

internal sealed partial class ProgramGenerator
{
    private void AddBlock(int depth, int statements)
    {
        int known = _variables.Count;
        _text.Append("{ ");
        AddStatements(depth, statements);
        if (_dice.Percent(10))
            _text.Append(_dice.Pick<string>(["/* c */ ", "// c\n", "\n", "\t"]));
        _text.Append('}');
        // Blocks are scopes; now and then a variable is used after its block, as 0.17 allowed.
        if (!_isOld || !_dice.Percent(50))
            _variables.RemoveRange(known, _variables.Count - known);
    }

    private void AddStatements(int depth, int count)
    {
        for (int i = 0; i < count && _budget > 0; i++)
            AddStatement(depth);
    }

    private void AddStatement(int depth)
    {
        _budget--;
        int nested = depth < 3 ? 1 : 0;
        switch (_dice.Weighted(16, 6, 14, 8, 8, 16, 6, 8 * nested, 2 * nested, 3 * nested, 3 * nested, 4 * nested, 5 * nested, 2, 2, 3, 2))
        {
            case 0:
                AddAssignment();
                break;
            case 1:
                AddDeclaration();
                break;
            case 2:
                AddMapAssignment();
                break;
            case 3:
                AddCompound();
                break;
            case 4:
                AddIncrement();
                break;
            case 5:
                AddOutput();
                break;
            case 6:
                AddMapOperation();
                break;
            case 7:
                AddIf(depth);
                break;
            case 8:
                AddBlock(depth + 1, _dice.Between(1, 3));
                break;
            case 9:
                _text.Append("unroll ").Append(Parenthesised(_dice.Pick<string>(["1", "2", "3", "5", "10", "$1", "1"]))).Append(' ');
                AddBlock(depth + 1, _dice.Between(1, 3));
                break;
            case 10:
                AddWhile(depth);
                break;
            case 11:
                AddForRange(depth);
                break;
            case 12:
                AddForMap(depth);
                break;
            case 13:
                _text.Append("return");
                if (_probe.StartsWith("test", StringComparison.Ordinal) || _probe.StartsWith("bench", StringComparison.Ordinal) || Careless)
                    _text.Append(' ').Append(Integer(2));
                _text.Append(';');
                break;
            case 14 when _loops > 0 || Careless:
                _text.Append(_dice.Pick<string>(["break;", "continue;"]));
                break;
            case 15 when !_isOld:
                _text.Append("_ = ").Append(Value(AnyShape(1), 1)).Append(';');
                break;
            default:
                AddAction();
                break;
        }

        _text.Append(' ');
    }

    private string Parenthesised(string value) => _isOld || _dice.Percent(70) ? $"({value})" : value;

    private void AddAssignment()
    {
        if (_variables.Count > 0 && _dice.Percent(40))
        {
            VariablePlan known = _dice.OneOf(_variables);
            _text.Append(known.Name).Append(" = ").Append(Value(Slip(known.Shape), 0)).Append(';');
            return;
        }

        ValueShape shape = AnyShape(0);
        string value = Value(shape, 0);
        string name = FreshName("$");
        _variables.Add(new VariablePlan(name, shape));
        _text.Append(name).Append(" = ").Append(value).Append(';');
    }

    private void AddDeclaration()
    {
        if (_isOld)
        {
            AddAssignment();
            return;
        }

        ValueShape shape = _dice.Percent(50) ? ValueShape.Integer : AnyShape(1);
        string value = Value(shape, 1);
        string name = FreshName("$");
        _text.Append("let ").Append(name);
        if (_dice.Percent(40) && TypeNameOf(shape) is { } type)
            _text.Append(_dice.Pick<string>([" : ", ": "])).Append(Careless ? "int8" : type);
        if (_dice.Percent(75))
            _text.Append(" = ").Append(value);
        _text.Append(';');
        _variables.Add(new VariablePlan(name, shape));
    }

    private string? TypeNameOf(ValueShape shape) => shape.Kind switch
    {
        ValueKind.Integer => _dice.Pick<string>(["int64", "uint64", "int64", "uint64", "int32", "uint32", "int16", "uint8", "int8"]),
        ValueKind.Bool => "bool",
        ValueKind.String => _dice.Pick<string>(["string[64]", "string", "string[16]"]),
        ValueKind.Task => _dice.Pick<string>(["struct task_struct *", "struct task_struct*"]),
        ValueKind.Pointer => _dice.Pick<string>(["uint64 *", "uint64*"]),
        ValueKind.Array => "uint8[8]",
        _ => null,
    };

    private void AddMapAssignment()
    {
        if (_maps.Count == 0)
            AddAssignment();
        else
            AddMapAssignment(_dice.OneOf(_maps));
    }

    private void AddMapAssignment(MapPlan map) => _text.Append(Reference(map)).Append(" = ").Append(MapValue(map)).Append(';');

    private string MapValue(MapPlan map) => map.Aggregation is { } aggregation ? Aggregation(aggregation) : Value(Slip(map.Value), 0);

    private string Aggregation(string name) => name switch
    {
        "count" => "count()",
        "hist" => _dice.Percent(70) ? $"hist({Integer(1)})" : $"hist({Integer(1)}, {_dice.Below(7)})",
        "lhist" => $"lhist({Integer(1)}, {_dice.Pick<string>(["0", "0", "5"])}, {_dice.Pick<string>(["100", "1000", "700"])}, {_dice.Pick<string>(["1", "10", "7"])})",
        "tseries" => $"tseries({Integer(1)}, {_dice.Pick<string>(["1s", "100ms", "1ns"])}, {_dice.Pick<string>(["1", "5", "20"])}{_dice.Pick<string>(["", ", \"avg\"", ", \"max\"", ", \"min\"", ", \"sum\""])})",
        _ => $"{name}({Integer(1)})",
    };

    private void AddCompound()
    {
        string sign = _dice.Pick<string>(["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="]);
        if (IntegerPlace() is { } place)
            _text.Append(place).Append(' ').Append(sign).Append(' ').Append(Integer(1)).Append(';');
        else
            AddAssignment();
    }

    private void AddIncrement()
    {
        if (IntegerPlace() is not { } place)
            AddAssignment();
        else
            _text.Append(_dice.Percent(60) ? place + _dice.Pick<string>(["++", "--"]) : _dice.Pick<string>(["++", "--"]) + place).Append(';');
    }

    /// <summary>A variable or map of integers; null when there is none.</summary>
    private string? IntegerPlace()
    {
        List<VariablePlan> variables = _variables.FindAll(v => v.Shape.Kind is ValueKind.Integer or ValueKind.Pointer || Careless);
        List<MapPlan> maps = _nestedKeys > 1 ? [] : _maps.FindAll(m => (m.Aggregation is null && m.Value.Kind == ValueKind.Integer) || Careless);
        if (variables.Count + maps.Count == 0)
            return null;
        int at = _dice.Below(variables.Count + maps.Count);
        return at < variables.Count ? variables[at].Name : Reference(maps[at - variables.Count]);
    }

    private void AddIf(int depth)
    {
        _text.Append("if ").Append(_isOld || _dice.Percent(75) ? $"({Bool(0)})" : _dice.Pick<string>(["pid", "!pid", "$1"])).Append(' ');
        AddBlock(depth + 1, _dice.Between(1, 4));
        while (_dice.Percent(20))
        {
            _text.Append(" else if (").Append(Bool(1)).Append(") ");
            AddBlock(depth + 1, _dice.Between(0, 3));
        }

        if (_dice.Percent(35))
        {
            _text.Append(" else ");
            AddBlock(depth + 1, _dice.Between(0, 3));
        }
    }

    private void AddWhile(int depth)
    {
        if (_dice.Percent(75))
        {
            string counter = FreshName("$");
            _variables.Add(new VariablePlan(counter, ValueShape.Integer));
            _text.Append(counter).Append(" = 0; while (").Append(counter).Append(" < ").Append(_dice.Pick<string>(["3", "5", "10", "100"])).Append(") { ")
                .Append(counter).Append("++; ");
            _loops++;
            for (int i = _dice.Below(3); i > 0; i--)
                AddStatement(depth + 1);
            _loops--;
            _text.Append('}');
            return;
        }

        _text.Append("while (").Append(Bool(1)).Append(") ");
        _loops++;
        AddBlock(depth + 1, _dice.Between(1, 3));
        _loops--;
    }

    private void AddForRange(int depth)
    {
        string name = FreshName("$");
        string range = _dice.Pick<string>(["0..5", "0..10", "1..3", "0..100", "5..0", $"0..{Primary()}", $"({Integer(2)})..({Integer(2)})", "0..$1"]);
        _text.Append("for ").Append(_dice.Percent(75) ? $"({name} : {range})" : $"{name} : {range}").Append(' ');
        AddLoopBody(new VariablePlan(name, ValueShape.Integer), depth);
    }

    private void AddForMap(int depth)
    {
        MapPlan? keyed = _maps.Find(m => m.Key is not null || _dice.Percent(2));
        if (keyed is null || _isOld)
        {
            AddOutput();
            return;
        }

        string name = FreshName("$");
        _text.Append("for (").Append(name).Append(" : ").Append(keyed.Name).Append(") ");
        var items = new[] { keyed.Key ?? ValueShape.Integer, keyed.Value };
        AddLoopBody(new VariablePlan(name, new ValueShape(ValueKind.Tuple, items)), depth);
    }

    private void AddLoopBody(VariablePlan variable, int depth)
    {
        int known = _variables.Count;
        _variables.Add(variable);
        _loops++;
        AddBlock(depth + 1, _dice.Between(1, 4));
        _loops--;
        _variables.RemoveRange(known, _variables.Count - known);
    }
}
