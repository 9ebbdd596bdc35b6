using System.Collections;
using System.Dynamic;
using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;

namespace BpfTrace.Formatting;

/// <summary>
/// An object that PowerShell may have to draw without a view of ours: what is not first in a pipeline that already draws another table, and what is in a session
/// without the module's format file, is listed by the names of the type's <c>DefaultDisplayPropertySet</c>. Each property can be read there by a second name,
/// <c>Key (escaped)</c>, and is then harmless on a terminal.
/// </summary>
/// <remarks>
/// They are dynamic members, and named by none who asks for all: a property of the type would be seen by people and be serialised, one of PowerShell's own, also a
/// hidden one, would be written by <c>Export-Clixml</c>. A name with a space and parentheses is no field's of a script.
/// </remarks>
internal interface IEscapedMembers : IDynamicMetaObjectProvider
{
    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) => new EscapedMembers(parameter, this);
}

/// <summary>Reads <c>NAME (escaped)</c> of an object; everything else is as for any other.</summary>
internal sealed class EscapedMembers(Expression parameter, object value)
    : DynamicMetaObject(parameter, BindingRestrictions.GetTypeRestriction(parameter, value.GetType()), value)
{
    /// <summary>What follows a property's name.</summary>
    public const string Suffix = " (escaped)";

    /// <inheritdoc/>
    public override DynamicMetaObject BindGetMember(GetMemberBinder binder)
    {
        if (!binder.Name.EndsWith(Suffix, StringComparison.Ordinal))
            return base.BindGetMember(binder);
        Func<object, string, object?> read = Read;
        return new DynamicMetaObject(
            Expression.Call(read.Method, Expression.Convert(Expression, typeof(object)), Expression.Constant(binder.Name[..^Suffix.Length])),
            Restrictions);
    }

    /// <summary>A property; of a list the elements, a line each. <c>Text</c> is what any object prints, also one without such a property.</summary>
    internal static object? Read(object owner, string name)
    {
        foreach (PropertyInfo property in owner.GetType().GetProperties())
        {
            if (property.Name == name)
                return Escape(property.GetValue(owner));
        }

        return name == "Text" ? Escape(owner.ToString()) : null;
    }

    private static string? Escape(object? value) => value switch
    {
        null => null,
        string text => ConsoleEscape.Escape(text.TrimEnd('\n')),
        // What prints as a whole is a list too: a tuple.
        IEnumerable list and not IFormattable and not BpfTuple => string.Join('\n', list.Cast<object?>().Select(Escape)),
        _ => ConsoleEscape.Escape((Convert.ToString(value, CultureInfo.CurrentCulture) ?? "").TrimEnd('\n')),
    };
}
