using System.Text;

namespace BpfTrace.Fuzz.Generation;

/// <summary>
/// Makes programs from the grammar: both dialects, every construct, with types in mind, so that about half of them bind. One file per
/// family of constructs. The same dice give the same program.
/// </summary>
internal sealed partial class ProgramGenerator
{
    // Deeper expressions are rare and say nothing new; depth itself is the mutator's subject.
    private const int MaxDepth = 4;

    private readonly Dice _dice;
    private readonly ProbePool _pool;
    private readonly StringBuilder _text = new();
    private readonly List<MapPlan> _maps = [];
    private readonly List<MacroPlan> _macros = [];
    private readonly List<VariablePlan> _variables = [];
    private readonly bool _isOld;
    private readonly int _carelessness;
    private string _probe = "begin";
    private int _loops;
    private int _names;
    private int _nestedKeys;
    private int _budget;
    private bool _inMacro;
    private bool _hasPair;
    private bool _hasLimit;
    private bool _areMapsSet;

    private ProgramGenerator(Dice dice, ProbePool pool)
    {
        _dice = dice;
        _pool = pool;
        _isOld = dice.Percent(25);
        // Most programs mean well; some have a slip here and there, a few are nonsense.
        _carelessness = dice.Weighted(60, 30, 10) switch { 0 => 0, 1 => 2, _ => 15 };
        _budget = dice.Weighted(50, 35, 15) switch { 0 => 6, 1 => 14, _ => 40 };
    }

    /// <summary>A program.</summary>
    /// <param name="dice">What decides.</param>
    /// <param name="pool">Which probes its attach points are taken from.</param>
    public static string Create(Dice dice, ProbePool pool)
    {
        var generator = new ProgramGenerator(dice, pool);
        generator.AddProgram();
        return generator._text.ToString();
    }

    private bool HasArguments => _probe.StartsWith("kprobe", StringComparison.Ordinal) || _probe.StartsWith("uprobe", StringComparison.Ordinal)
        || _probe.StartsWith("usdt", StringComparison.Ordinal) || _probe.StartsWith("rawtracepoint", StringComparison.Ordinal);

    private bool HasRegisters => _probe[0] is 'p' or 'i' or 's' or 'h' or 'w' || (HasArguments && _probe[0] != 'r') || _probe.Contains("retprobe", StringComparison.Ordinal);

    private bool Careless => _carelessness > 0 && _dice.Below(200) < _carelessness;

    private string FreshName(string sign) => $"{sign}{(char)('a' + (_names % 26))}{(_names++ < 26 ? "" : (_names / 26).ToString())}";

    private void AddProgram()
    {
        while (_dice.Percent(12))
            AddHeader();
        if (!_isOld && _dice.Percent(12))
            AddConfig();
        PlanMaps();
        if (!_isOld)
        {
            AddMapDeclarations();
            while (_dice.Percent(15) && _macros.Count < 4)
                AddMacro();
        }

        int probes = _dice.Weighted(60, 25, 10, 5) + 1;
        for (int i = 0; i < probes; i++)
            AddProbe();
    }

    private void AddHeader()
    {
        switch (_dice.Below(5))
        {
            case 0:
                _text.Append("#!/usr/bin/env bpftrace\n");
                break;
            case 1:
                _hasLimit = true;
                _text.Append("#define LIMIT ").Append(IntegerLiteral()).Append('\n');
                break;
            case 2:
                _hasPair = true;
                _text.Append("struct pair { int left; u64 right; char name[8]; struct { u8 low:4; u8 high:4; } bits; };\n");
                break;
            case 3:
                _text.Append("enum colour { RED, GREEN = 5, BLUE };\n");
                break;
            default:
                _text.Append("/* made by dice */ // twice\n");
                break;
        }
    }

    private void AddConfig()
    {
        _text.Append("config = {");
        int count = _dice.Between(1, 4);
        for (int i = 0; i < count; i++)
        {
            _text.Append(' ').Append(_dice.Below(9) switch
            {
                0 => "max_map_keys = " + _dice.Pick<string>(["1", "16", "1000", "0"]),
                1 => "max_strlen = " + _dice.Pick<string>(["1", "2", "16", "64", "200", "256", "1024", "4096", "65536"]),
                2 => "stack_mode = " + _dice.Pick<string>(["perf", "bpftrace", "raw", "build_id", "bogus"]),
                3 => "on_stack_limit = " + _dice.Pick<string>(["0", "8", "32", "64", "128", "400"]),
                4 => "missing_probes = " + _dice.Pick<string>(["warn", "ignore", "\"error\""]),
                5 => "print_maps_on_exit = " + _dice.Pick<string>(["true", "false", "0"]),
                6 => "str_trunc_trailer = \"...\"",
                7 => "lazy_symbolication = " + _dice.Pick<string>(["true", "1"]),
                _ => "unstable_typeinfo = enable",
            });
            if (i < count - 1 || _dice.Percent(50))
                _text.Append(';');
        }

        _text.Append(" }\n");
    }

    private void PlanMaps()
    {
        int count = _dice.Between(0, 5);
        for (int i = 0; i < count; i++)
        {
            string name = i == 0 && _dice.Percent(30) ? "@" : FreshName("@");
            ValueShape? key = _dice.Percent(45) ? null : KeyShape();
            string? aggregation = _dice.Percent(35)
                ? _dice.Pick<string>(["count", "sum", "min", "max", "avg", "stats", "hist", "lhist", "tseries"])
                : null;
            if (_isOld && aggregation is "tseries")
                aggregation = "avg";
            _maps.Add(new MapPlan(name, key, aggregation is null ? StoredShape(0) : ValueShape.Integer, aggregation));
        }
    }

    private void AddMapDeclarations()
    {
        foreach (MapPlan map in _maps)
        {
            if (map.Name.Length > 1 && map.Key is not null && _dice.Percent(8))
            {
                _text.Append("let ").Append(map.Name).Append(" = ")
                    .Append(_dice.Pick<string>(["hash", "lruhash", "percpuhash", "percpulruhash"]))
                    .Append('(').Append(_dice.Pick<string>(["1", "10", "1024", "5000"])).Append(");\n");
            }
        }
    }

    private void AddMacro()
    {
        string name = "m" + _macros.Count;
        int count = _dice.Below(4);
        string parameters = string.Concat(Enumerable.Range(0, count).Select(_ => _dice.Pick<string>(["$", "@", "e", "e"])));
        int depth = _variables.Count;
        var names = new List<string>();
        var expressions = new List<string>();
        foreach (char kind in parameters)
        {
            string parameter = kind switch { '$' => "$p" + names.Count, '@' => "@p" + names.Count, _ => "p" + names.Count };
            names.Add(parameter);
            if (kind == '$')
                _variables.Add(new VariablePlan(parameter, ValueShape.Integer));
            else if (kind == 'e')
                expressions.Add(parameter);
        }

        _text.Append("macro ").Append(name).Append('(').AppendJoin(", ", names).Append(") { ");
        _inMacro = true;
        if (_dice.Percent(40))
            AddStatement(1);
        if (expressions.Count > 0)
            _text.Append(_dice.OneOf(expressions)).Append(_dice.Pick<string>([" + ", " * ", " ^ "]));
        _text.Append(Integer(1)).Append(" }\n");
        _inMacro = false;
        _variables.RemoveRange(depth, _variables.Count - depth);
        _macros.Add(new MacroPlan(name, parameters));
    }

    private void AddProbe()
    {
        int points = _dice.Weighted(85, 12, 3) + 1;
        for (int i = 0; i < points; i++)
        {
            string point = i > 0 && _dice.Percent(70) ? _probe : _pool.Pick(_dice);
            if (i > 0)
                _text.Append(_dice.Pick<string>([", ", ",\n", ","]));
            else
                _probe = point;
            _text.Append(_isOld ? ProbePool.OldSpelling(point) : point);
        }

        _variables.Clear();
        _loops = 0;
        if (_dice.Percent(15))
            _text.Append(" /").Append(Bool(1)).Append('/');
        _text.Append(_dice.Pick<string>([" ", "\n"]));
        int budget = _budget;
        _text.Append("{ ");
        // A map that nothing is put into is an error where it is read.
        if (!_areMapsSet && _dice.Percent(90))
        {
            _areMapsSet = true;
            List<MapPlan> planned = [.. _maps];
            _maps.Clear();
            foreach (MapPlan map in planned)
            {
                // Its own value is not read in it.
                string value = MapValue(map);
                _maps.Add(map);
                _text.Append(Reference(map)).Append(" = ").Append(value).Append(';');
                _text.Append(' ');
            }
        }

        AddStatements(0, _dice.Between(1, Math.Max(2, 2 + (budget / 2))));
        _text.Append('}');
        _budget = budget;
        _text.Append('\n');
    }
}
