using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace BpfTrace.VmTests;

/// <summary>
/// Runs the facts and theories of an xunit assembly one after another in this process. The usual runner takes minutes to start under
/// emulation. It knows what the kernel tests use: <c>[Fact]</c>, <c>[Theory]</c> with data attributes, <c>Skip</c>, <c>IDisposable</c>, tasks.
/// </summary>
internal sealed class AssemblyRunner
{
    private readonly Report _report;
    private readonly Share _share;

    /// <param name="report">Is told what happened.</param>
    /// <param name="share">What of the tests that every kernel passes alike is to be run here.</param>
    public AssemblyRunner(Report report, Share share)
    {
        _report = report;
        _share = share;
    }

    [SuppressMessage("Trimming", "IL2026", Justification = "Never trimmed.")]
    public void Run(string path, string filter)
    {
        Assembly assembly = Assembly.LoadFrom(Path.GetFullPath(path));
        foreach (Type type in assembly.GetTypes())
        {
            if (!type.IsClass || type.IsAbstract || type.ContainsGenericParameters)
                continue;
            foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static))
            {
                if (FindFact(method) is { } fact && $"{type.FullName}.{method.Name}".Contains(filter, StringComparison.Ordinal))
                    RunMethod(type, method, fact);
            }
        }
    }

    private static Attribute? FindFact(MethodInfo method)
    {
        foreach (Attribute attribute in method.GetCustomAttributes())
        {
            for (Type? type = attribute.GetType(); type is not null; type = type.BaseType)
            {
                if (type.FullName == "Xunit.FactAttribute")
                    return attribute;
            }
        }

        return null;
    }

    private static bool IsKernelIndependent(MemberInfo member) =>
        member.GetCustomAttributesData().Any(static a => a.AttributeType.Name == "KernelIndependentAttribute");

    private void RunMethod(Type type, MethodInfo method, Attribute fact)
    {
        string name = $"{type.Name}.{method.Name}";
        if (fact.GetType().GetProperty("Skip")?.GetValue(fact) is string reason)
        {
            _report.Skip(name, reason);
            return;
        }

        if (!method.IsStatic && type.GetConstructor(Type.EmptyTypes) is null)
        {
            _report.Skip(name, "its class is made by xunit's own runner only");
            return;
        }

        bool isShared = IsKernelIndependent(type) || IsKernelIndependent(method);
        if (method.GetParameters().Length == 0)
        {
            if (!isShared || _share.TakeNext())
                _report.Run(name, () => Invoke(type, method, []));
            return;
        }

        int rows = 0;
        foreach (Attribute attribute in method.GetCustomAttributes())
        {
            if (attribute.GetType().GetMethod("GetData", [typeof(MethodInfo)]) is not { } getData)
                continue;
            foreach (object?[] row in (IEnumerable<object?[]>)getData.Invoke(attribute, [method])!)
            {
                rows++;
                if (!isShared || _share.TakeNext())
                    _report.Run($"{name}({string.Join(", ", row)})", () => Invoke(type, method, row));
            }
        }

        if (rows == 0)
            _report.Fail(name, "a theory without data");
    }

    private static string? Invoke(Type type, MethodInfo method, object?[] arguments)
    {
        object? instance = null;
        try
        {
            instance = method.IsStatic ? null : Activator.CreateInstance(type);
            object? result = method.Invoke(instance, BindingFlags.OptionalParamBinding, null, Complete(method, arguments), null);
            if (result is Task task)
                task.GetAwaiter().GetResult();
            return null;
        }
        catch (TargetInvocationException failure)
        {
            return failure.InnerException?.ToString() ?? failure.ToString();
        }
        finally
        {
            (instance as IDisposable)?.Dispose();
        }
    }

    private static object?[] Complete(MethodInfo method, object?[] arguments)
    {
        ParameterInfo[] parameters = method.GetParameters();
        var all = new object?[parameters.Length];
        for (int i = 0; i < all.Length; i++)
        {
            bool takesRest = i == all.Length - 1 && parameters[i].IsDefined(typeof(ParamArrayAttribute)) && !(i < arguments.Length && parameters[i].ParameterType.IsInstanceOfType(arguments[i]));
            all[i] = takesRest ? Rest(arguments, i, parameters[i].ParameterType.GetElementType()!)
                : i < arguments.Length ? Convert(arguments[i], parameters[i].ParameterType)
                : Type.Missing;
        }

        return all;
    }

    /// <summary>What is left, for a <c>params</c> array.</summary>
    [SuppressMessage("AOT", "IL3050", Justification = "Never compiled ahead of time as a whole.")]
    private static Array Rest(object?[] arguments, int start, Type type)
    {
        var rest = Array.CreateInstance(type, Math.Max(0, arguments.Length - start));
        for (int i = 0; i < rest.Length; i++)
            rest.SetValue(Convert(arguments[start + i], type), i);
        return rest;
    }

    /// <summary>An attribute's <c>1</c> is an int also where the parameter is a uint: xunit converts, so do we.</summary>
    private static object? Convert(object? argument, Type type) =>
        argument is IConvertible && type.IsPrimitive && argument.GetType() != type
            ? System.Convert.ChangeType(argument, type, CultureInfo.InvariantCulture)
            : argument;
}
