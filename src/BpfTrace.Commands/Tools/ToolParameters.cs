using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Reflection;

namespace BpfTrace.Commands.Tools;

/// <summary>The parameters of a tool as parameters of <c>Invoke-BpfTool</c>.</summary>
internal static class ToolParameters
{
    // What the engine adds to every cmdlet; its short forms too, as a parameter may not be called like an alias either.
    private static readonly string[] s_common =
    [
        "Verbose", "Debug", "ErrorAction", "WarningAction", "InformationAction", "ProgressAction", "ErrorVariable", "WarningVariable",
        "InformationVariable", "OutVariable", "OutBuffer", "PipelineVariable", "WhatIf", "Confirm", "vb", "db", "ea", "wa", "infa", "proga",
        "ev", "wv", "iv", "ov", "ob", "pv", "wi", "cf",
    ];

    /// <summary>The tool with names for its parameters that the cmdlet does not have itself: of two, the tool's is called <c>Tool…</c>.</summary>
    public static ScriptTool Name(ScriptTool tool)
    {
        if (tool.Parameters.Length == 0)
        {
            return tool;
        }

        var taken = new HashSet<string>(s_common, StringComparer.OrdinalIgnoreCase);
        foreach (PropertyInfo property in typeof(InvokeBpfToolCommand).GetProperties())
        {
            if (!property.IsDefined(typeof(ParameterAttribute)))
            {
                continue;
            }

            taken.Add(property.Name);
            taken.UnionWith(property.GetCustomAttribute<AliasAttribute>()?.AliasNames ?? []);
        }

        return tool with { Parameters = [.. tool.Parameters.Select(p => p with { Name = Unique(p.Name, taken) })] };
    }

    /// <summary>The tool's parameters for the engine.</summary>
    public static RuntimeDefinedParameterDictionary Define(ScriptTool tool)
    {
        var defined = new RuntimeDefinedParameterDictionary();
        foreach (ScriptToolParameter parameter in tool.Parameters)
        {
            var attribute = new ParameterAttribute { Mandatory = parameter.IsRequired };
            if (parameter.Position > 0)
            {
                attribute.Position = parameter.Position; // 0 is the tool's name.
            }

            if (parameter.Description.Length > 0)
            {
                attribute.HelpMessage = parameter.Description;
            }

            defined.Add(parameter.Name, new RuntimeDefinedParameter(parameter.Name, TypeOf(parameter), new Collection<Attribute> { attribute }));
        }

        return defined;
    }

    /// <summary>The named parameters that were given, by their names in the script.</summary>
    public static ImmutableDictionary<string, string> Named(ScriptTool tool, RuntimeDefinedParameterDictionary given, Func<object?, string> textOf) => tool.Parameters
        .Where(p => p.Position == 0 && IsSet(given, p))
        .ToImmutableDictionary(p => p.ScriptName[2..], p => textOf(given[p.Name].Value));

    /// <summary>The positional parameters up to the last that was given; one between that was not is what it is by default.</summary>
    public static ImmutableArray<string> Positional(ScriptTool tool, RuntimeDefinedParameterDictionary given, Func<object?, string> textOf)
    {
        ScriptToolParameter? last = Array.FindLast(tool.Parameters, p => p.Position > 0 && IsSet(given, p));
        var values = ImmutableArray.CreateBuilder<string>();
        for (int position = 1; position <= (last?.Position ?? 0); position++)
        {
            ScriptToolParameter? parameter = Array.Find(tool.Parameters, p => p.Position == position);
            values.Add(parameter is null ? "" : textOf(IsSet(given, parameter) ? given[parameter.Name].Value : parameter.DefaultValue));
        }

        return values.ToImmutable();
    }

    private static bool IsSet(RuntimeDefinedParameterDictionary given, ScriptToolParameter parameter) =>
        given.TryGetValue(parameter.Name, out RuntimeDefinedParameter? value) && value.IsSet;

    private static Type TypeOf(ScriptToolParameter parameter) => parameter.TypeName switch
    {
        "System.Boolean" => typeof(SwitchParameter),
        "System.Int64" => typeof(long),
        "System.UInt64" => typeof(ulong),
        _ => typeof(string),
    };

    private static string Unique(string name, HashSet<string> taken)
    {
        string valid = name.Length == 0 || !char.IsAsciiLetter(name[0]) ? "Tool" + name : name;
        if (taken.Add(valid))
        {
            return valid;
        }

        string unique = "Tool" + valid;
        for (int i = 2; !taken.Add(unique); i++)
        {
            unique = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Tool{valid}{i}");
        }

        return unique;
    }
}
