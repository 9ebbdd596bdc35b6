using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using BpfTrace.Bpf.Btf;
using BpfTrace.Formatting;

namespace BpfTrace;

/// <summary>A structure, union or enumeration of the kernel, as a listing shows it.</summary>
public sealed class KernelTypeInfo : IEscapedMembers
{
    private readonly BtfType _type;
    private ImmutableArray<ProbeParameter> _members;
    private string? _definition;

    internal KernelTypeInfo(BtfType type, string module)
    {
        _type = type;
        Target = module;
        FullName = type.FullName;
    }

    /// <summary><c>struct</c>, <c>union</c> or <c>enum</c>.</summary>
    public string Type => _type.Kind switch
    {
        BtfKind.Struct => "struct",
        BtfKind.Union => "union",
        _ => "enum",
    };

    /// <summary>The module it was found in; <c>vmlinux</c> for the kernel proper.</summary>
    public string Target { get; }

    /// <summary>Its name: <c>task_struct</c>.</summary>
    public string Name => _type.Name;

    /// <summary>As C names it: <c>struct task_struct</c>.</summary>
    public string FullName { get; }

    /// <summary>Its size in bytes.</summary>
    public long Size => _type.Size;

    /// <summary>Its members in order, or the enumeration's values (<c>PIDTYPE_TGID = 1</c>).</summary>
    public ImmutableArray<ProbeParameter> Parameters
    {
        get
        {
            if (_members.IsDefault)
                _members = _type.IsEnum ? Values() : Members();
            return _members;
        }
    }

    /// <summary>The definition in C, as <c>bpftrace -lv</c> shows it, without an end of line.</summary>
    public string Definition
    {
        get
        {
            if (_definition is null)
            {
                var text = new StringBuilder(_type.ToDefinition().TrimEnd('\n', ' '));
                if (text.Length == 0 || text[^1] != ';')
                    text.Append(';');
                _definition = text.ToString();
            }

            return _definition;
        }
    }

    /// <summary><see cref="FullName"/>.</summary>
    public override string ToString() => FullName;

    private ImmutableArray<ProbeParameter> Members()
    {
        var members = ImmutableArray.CreateBuilder<ProbeParameter>();
        foreach (BtfMember member in _type.Members)
            members.Add(new ProbeParameter(member.Type.ToDeclaration("").TrimEnd(), member.Name, member.Type.ToDeclaration(member.Name)));
        return members.ToImmutable();
    }

    private ImmutableArray<ProbeParameter> Values()
    {
        var values = ImmutableArray.CreateBuilder<ProbeParameter>();
        foreach (BtfEnumValue value in _type.EnumValues)
        {
            string number = _type.IsSigned ? value.Value.ToString(CultureInfo.InvariantCulture) : ((ulong)value.Value).ToString(CultureInfo.InvariantCulture);
            values.Add(new ProbeParameter(FullName, value.Name, $"{value.Name} = {number}"));
        }

        return values.ToImmutable();
    }
}
