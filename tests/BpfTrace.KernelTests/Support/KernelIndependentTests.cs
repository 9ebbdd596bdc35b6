using System.Reflection;

namespace BpfTrace.KernelTests.Support;

/// <summary>The guests leave these tests to the machine's own kernel: none may be skipped there for what it lacks.</summary>
[KernelIndependent]
public sealed class KernelIndependentTests
{
    public static TheoryData<string, string> Marked
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (MethodInfo method in typeof(KernelIndependentTests).Assembly.GetTypes().SelectMany(static t => t.GetMethods()))
            {
                if (method.IsDefined(typeof(FactAttribute)) && (method.IsDefined(typeof(KernelIndependentAttribute)) || method.DeclaringType!.IsDefined(typeof(KernelIndependentAttribute))))
                    data.Add(method.DeclaringType!.Name, method.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Marked))]
    public void It_needs_nothing_of_the_kernel(string type, string method)
    {
        MethodInfo marked = typeof(KernelIndependentTests).Assembly.GetTypes().First(t => t.Name == type).GetMethod(method)!;
        CustomAttributeData fact = marked.CustomAttributes.First(static a => a.AttributeType.IsAssignableTo(typeof(FactAttribute)));
        Assert.DoesNotContain(fact.ConstructorArguments, static a => a.ArgumentType == typeof(KernelNeed) && (int)a.Value! != (int)KernelNeed.None);
    }
}
