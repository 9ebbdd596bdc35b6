namespace BpfTrace.Fuzz.Generation;

internal sealed partial class ProgramGenerator
{
    /// <summary>The shape itself, or in careless programs another one.</summary>
    private ValueShape Slip(ValueShape shape) => Careless ? AnyShape(1) : shape;

    private ValueShape AnyShape(int depth) => _dice.Weighted(45, 10, 15, depth < 2 ? 8 : 0, depth < 2 && !_isOld ? 5 : 0, 4, 5, 3, 2, 2, 2, 2, 1, 3, 1) switch
    {
        0 => ValueShape.Integer,
        1 => ValueShape.Bool,
        2 => ValueShape.String,
        3 => TupleShape(depth),
        4 => new ValueShape(ValueKind.Record, TupleShape(depth).Items),
        5 => ValueShape.Of(ValueKind.Task),
        6 => ValueShape.Of(ValueKind.Pointer),
        7 => ValueShape.Of(ValueKind.Buffer),
        8 => ValueShape.Of(ValueKind.Stack),
        9 => ValueShape.Of(ValueKind.Symbol),
        10 => ValueShape.Of(ValueKind.Timestamp),
        11 => ValueShape.Of(ValueKind.Address),
        12 => ValueShape.Of(ValueKind.User),
        13 => ValueShape.Of(_isOld ? ValueKind.Integer : ValueKind.Array),
        _ => ValueShape.Of(ValueKind.Cgroup),
    };

    private ValueShape TupleShape(int depth)
    {
        int count = _isOld ? _dice.Between(2, 4) : _dice.Weighted(3, 10, 60, 20, 7);
        var items = new ValueShape[count];
        for (int i = 0; i < count; i++)
            items[i] = AnyShape(depth + 1);
        return new ValueShape(ValueKind.Tuple, items);
    }

    /// <summary>What a map's value may be.</summary>
    private ValueShape StoredShape(int depth) => AnyShape(depth);

    private ValueShape KeyShape() => _dice.Weighted(45, 25, 15, 5, 5, 5) switch
    {
        0 => ValueShape.Integer,
        1 => ValueShape.String,
        2 => new ValueShape(ValueKind.Tuple, [_dice.Percent(50) ? ValueShape.Integer : ValueShape.String, ValueShape.Integer]),
        3 => ValueShape.Of(ValueKind.Stack),
        4 => ValueShape.Of(ValueKind.Symbol),
        _ => AnyShape(1),
    };

    /// <summary>An expression of a shape.</summary>
    private string Value(ValueShape shape, int depth)
    {
        if (Careless)
            shape = AnyShape(1);
        if (depth < MaxDepth && !_isOld)
        {
            if (_dice.Percent(3))
                return $"({Bool(depth + 1)} ? {Value(shape, depth + 1)} : {Value(shape, depth + 1)})";
            if (_dice.Percent(1))
                return $"if ({Bool(depth + 1)}) {{ {Value(shape, depth + 1)} }} else {{ {Value(shape, depth + 1)} }}";
        }

        return Known(shape) is { } known && _dice.Percent(40) ? known : shape.Kind switch
        {
            ValueKind.Integer => Integer(depth),
            ValueKind.Bool => Bool(depth),
            ValueKind.String => String(depth),
            ValueKind.Tuple => Tuple(shape, depth),
            ValueKind.Record => Record(shape, depth),
            ValueKind.Task => _dice.Pick<string>(["curtask", "(struct task_struct *)curtask", "curtask.real_parent", HasArguments ? "((struct task_struct *)arg0)" : "curtask", "curtask->group_leader"]),
            ValueKind.Pointer => Pointer(depth),
            ValueKind.Buffer => Buffer(depth),
            ValueKind.Stack => Stack(),
            ValueKind.Symbol => _dice.Pick<string>([$"ksym({Integer(3)})", $"usym({Integer(3)})", HasArguments && _probe[0] != 'r' ? "func" : "ksym(0)", $"ksym({Integer(2)})"]),
            ValueKind.Timestamp => $"strftime(\"%H:%M\", {Integer(3)})",
            ValueKind.Address => _dice.Pick<string>([$"ntop({Integer(3)})", $"ntop(2, {Integer(3)})", "ntop(pton(\"::1\"))", $"macaddr((int8 *){(HasArguments ? "arg0" : "0")})", $"ntop(10, (uint8[16])pton(\"::1\"))"]),
            ValueKind.User => "username",
            ValueKind.Array => _dice.Pick<string>([$"((uint8[8]){Integer(3)})", $"(int32[2]){Integer(3)}", "pton(\"1.2.3.4\")"]),
            _ => $"cgroup_path({_dice.Pick<string>(["cgroup", Integer(3)])})",
        };
    }

    /// <summary>A variable or map that has the shape; null when there is none.</summary>
    private string? Known(ValueShape shape)
    {
        int start = _variables.Count == 0 ? 0 : _dice.Below(_variables.Count);
        for (int i = 0; i < _variables.Count; i++)
        {
            VariablePlan variable = _variables[(start + i) % _variables.Count];
            if (variable.Shape.Matches(shape))
                return variable.Name;
            for (int j = 0; j < variable.Shape.Items.Length; j++)
            {
                if (variable.Shape.Items[j].Matches(shape))
                    return $"{variable.Name}.{(variable.Shape.Kind == ValueKind.Record ? FieldName(j) : j.ToString())}";
            }
        }

        foreach (MapPlan map in _maps)
        {
            if (!_inMacro && _nestedKeys < 2 && map.Value.Matches(shape) && (map.Aggregation is null or "count" or "sum" or "min" or "max" or "avg") && _dice.Percent(60))
                return Reference(map);
        }

        return null;
    }

    private string Reference(MapPlan map)
    {
        if (map.Key is null)
            return Careless ? map.Name + "[1]" : map.Name;
        if (Careless)
            return map.Name;
        _nestedKeys++;
        string reference = KeyedReference(map.Name, map.Key);
        _nestedKeys--;
        return reference;
    }

    private string KeyedReference(string name, ValueShape key)
    {
        // A map as the key of a map as the key of a map is enough.
        if (_nestedKeys > 2)
            return $"{name}[{LiteralOf(key)}]";
        bool isSplit = key.Kind == ValueKind.Tuple && key.Items.Length > 1 && (_isOld || _dice.Percent(70));
        return isSplit
            ? $"{name}[{string.Join(", ", key.Items.Select(item => Value(item, 2)))}]"
            : $"{name}[{Value(key, 2)}]";
    }

    private static string LiteralOf(ValueShape shape) => shape.Kind switch
    {
        ValueKind.String => "\"k\"",
        ValueKind.Bool => "true",
        ValueKind.Stack => "kstack",
        ValueKind.Symbol => "ksym(1)",
        ValueKind.Task => "curtask",
        ValueKind.Tuple when shape.Items.Length > 0 => $"({string.Join(", ", shape.Items.Select(LiteralOf))}{(shape.Items.Length == 1 ? ",)" : ")")}",
        _ => "1",
    };

    private string Tuple(ValueShape shape, int depth) => shape.Items.Length switch
    {
        0 => "()",
        1 => $"({Value(shape.Items[0], depth + 1)},)",
        _ => $"({string.Join(", ", shape.Items.Select(item => Value(item, depth + 1)))})",
    };

    private string Record(ValueShape shape, int depth) => shape.Items.Length == 0
        ? "(f0=1)"
        : $"({string.Join(", ", shape.Items.Select((item, i) => $"{FieldName(i)}={Value(item, depth + 1)}"))})";

    private static string FieldName(int index) => "f" + index;

    private string Pointer(int depth) => _dice.Below(_isOld ? 6 : 10) switch
    {
        0 => $"(uint64 *){Integer(depth + 2)}",
        1 => HasArguments ? "(uint64 *)arg0" : "(uint64 *)8",
        2 => "(uint64 *)curtask",
        3 => _probe.Contains("openat", StringComparison.Ordinal) ? (_isOld ? "args->filename" : "args.filename") : HasArguments ? "(int8 *)arg1" : "(int8 *)0",
        4 => $"(int32 *){Integer(3)} + {_dice.Below(5)}",
        5 => Careless || HasRegisters ? "ctx" : "(int16 *)curtask",
        6 => "kptr(curtask)",
        7 => $"uptr({Integer(3)})",
        8 => _variables.Count > 0 ? "&" + _dice.OneOf(_variables).Name : "(void *)0",
        _ => _maps.Find(static m => m.Key is null && m.Aggregation is null) is { } map ? "&" + map.Name : "(uint64 *)0",
    };

    private string Buffer(int depth) => _dice.Below(4) switch
    {
        0 => $"buf({Pointer(depth + 1)}, {_dice.Pick<string>(["8", "1", "64", "0", "200", "pid"])})",
        1 => $"buf(curtask.comm, {_dice.Between(1, 17)})",
        2 => $"buf({ByteArray()})",
        _ => $"buf({String(depth + 1)}, 8)",
    };

    private string ByteArray() => $"(uint8[8]){Integer(3)}";

    private string Stack() => _dice.Pick<string>(
        ["kstack", "ustack", "kstack()", "ustack(3)", "kstack(perf)", "ustack(perf, 5)", "kstack(raw, 2)", "kstack(1)", "ustack(build_id)", "kstack(bpftrace, 127)"]);
}
