using System.Text;

namespace BpfTrace.Bpf.Btf;

public sealed partial class BtfFile
{
    /// <summary>
    /// Finds an enumeration's constant by its name, across all enumerations of the base and of this file, anonymous ones too.
    /// </summary>
    /// <param name="name">The constant, as <c>TCP_ESTABLISHED</c>.</param>
    /// <param name="value">The value with its name.</param>
    /// <param name="enumeration">The enumeration that defines it.</param>
    public bool TryFindEnumConstant(string name, out BtfEnumValue value, out BtfType enumeration)
    {
        value = default;
        enumeration = default;
        return (Base is not null && Base.TryFindEnumConstant(name, out value, out enumeration))
            || TryFindOwnEnumConstant(name, out value, out enumeration);
    }

    private bool TryFindOwnEnumConstant(string name, out BtfEnumValue value, out BtfType enumeration)
    {
        // The name's place in the strings decides: going through all 30,000 constants then compares numbers only.
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        List<int> candidates = []; // of int: its code is there, that of uint is not
        if (bytes.Length > 0 && !bytes.Contains((byte)0))
        {
            for (BtfFile? file = this; file is not null; file = file.Base)
                file.CollectStringOffsets(bytes, candidates);
        }

        if (candidates.Count > 0)
        {
            foreach (BtfType type in Types())
            {
                if (!type.IsEnum)
                    continue;
                foreach (BtfEnumValue candidate in type.EnumValues)
                {
                    if (!candidates.Contains((int)candidate.NameOffset))
                        continue;
                    value = candidate;
                    enumeration = type;
                    return true;
                }
            }
        }

        value = default;
        enumeration = default;
        return false;
    }
}
