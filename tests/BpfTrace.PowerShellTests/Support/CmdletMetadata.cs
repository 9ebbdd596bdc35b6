using System.Reflection;

namespace BpfTrace.PowerShellTests.Support;

/// <summary>
/// The cmdlets' attributes as they stand in the assembly. PowerShellStandard is a contract without code: an attribute made an object of
/// holds nothing, so the metadata is read instead.
/// </summary>
internal static class CmdletMetadata
{
    public static IEnumerable<Type> Cmdlets(Assembly assembly) =>
        assembly.GetExportedTypes().Where(t => Attributes(t, "CmdletAttribute").Any());

    public static string NameOf(Type cmdlet)
    {
        IList<CustomAttributeTypedArgument> arguments = Attributes(cmdlet, "CmdletAttribute").Single().ConstructorArguments;
        return $"{arguments[0].Value}-{arguments[1].Value}";
    }

    public static bool SupportsShouldProcess(Type cmdlet) =>
        Named<bool>(Attributes(cmdlet, "CmdletAttribute").Single(), "SupportsShouldProcess");

    public static IEnumerable<(string Name, string Set, bool FromPipeline)> Parameters(Type cmdlet) =>
        from property in cmdlet.GetProperties()
        from attribute in Attributes(property, "ParameterAttribute")
        select (property.Name, Named<string>(attribute, "ParameterSetName") ?? "", Named<bool>(attribute, "ValueFromPipeline"));

    /// <summary>Whether something of the pipeline becomes a parameter.</summary>
    public static bool TakesPipeline(Type cmdlet) => cmdlet.GetProperties().SelectMany(static p => Attributes(p, "ParameterAttribute"))
        .Any(static a => Named<bool>(a, "ValueFromPipeline") || Named<bool>(a, "ValueFromPipelineByPropertyName"));

    public static IEnumerable<Type> OutputTypes(Type cmdlet) =>
        from attribute in Attributes(cmdlet, "OutputTypeAttribute")
        from argument in attribute.ConstructorArguments
        from type in argument.Value is IEnumerable<CustomAttributeTypedArgument> several ? several.Select(static a => a.Value) : [argument.Value]
        select (Type)type;

    public static IEnumerable<CustomAttributeData> Attributes(MemberInfo member, string name) =>
        member.GetCustomAttributesData().Where(a => a.AttributeType.Name == name);

    /// <summary>Whether a parameter must be given in every set it is in.</summary>
    public static bool IsMandatory(PropertyInfo parameter) => Attributes(parameter, "ParameterAttribute").All(static a => Named<bool>(a, "Mandatory"));

    private static T? Named<T>(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.Where(a => a.MemberName == name).Select(a => (T?)a.TypedValue.Value).FirstOrDefault();
}
