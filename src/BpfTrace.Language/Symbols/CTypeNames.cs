namespace BpfTrace.Language.Symbols;

/// <summary>Names of types that need no definition: bpftrace's own, C's, and the fixed-width ones of <c>stdint.h</c> and the kernel.</summary>
internal static class CTypeNames
{
    /// <summary>The type of a name; null for a name of something else.</summary>
    public static BpfType? Find(string name) => name switch
    {
        "void" => BpfType.Void,
        "bool" or "_Bool" => BpfType.Bool,
        "int8" or "int8_t" or "s8" or "__s8" or "char" or "signed char" => IntegerType.Int8,
        "int16" or "int16_t" or "s16" or "__s16" or "short" or "short int" or "signed short" => IntegerType.Int16,
        "int32" or "int32_t" or "s32" or "__s32" or "int" or "signed" or "signed int" => IntegerType.Int32,
        "int64" or "int64_t" or "s64" or "__s64" or "long" or "long int" or "long long" or "long long int" or "signed long"
            or "ssize_t" or "intptr_t" or "off_t" or "loff_t" => IntegerType.Int64,
        "uint8" or "uint8_t" or "u8" or "__u8" or "unsigned char" => IntegerType.UInt8,
        "uint16" or "uint16_t" or "u16" or "__u16" or "unsigned short" or "short unsigned int" or "unsigned short int" => IntegerType.UInt16,
        "uint32" or "uint32_t" or "u32" or "__u32" or "unsigned" or "unsigned int" => IntegerType.UInt32,
        "uint64" or "uint64_t" or "u64" or "__u64" or "unsigned long" or "long unsigned int" or "unsigned long int"
            or "unsigned long long" or "long long unsigned int" or "unsigned long long int" or "size_t" or "uintptr_t" => IntegerType.UInt64,
        "pid_t" => IntegerType.Int32,
        "uid_t" or "gid_t" => IntegerType.UInt32,
        "min_t" => new AggregateType(AggregateKind.Min, true),
        "max_t" => new AggregateType(AggregateKind.Max, true),
        "sum_t" => new AggregateType(AggregateKind.Sum, true),
        "avg_t" => new AggregateType(AggregateKind.Avg, true),
        "stats_t" => new AggregateType(AggregateKind.Stats, true),
        "count_t" => new AggregateType(AggregateKind.Count, false),
        "umin_t" => new AggregateType(AggregateKind.Min, false),
        "umax_t" => new AggregateType(AggregateKind.Max, false),
        "usum_t" => new AggregateType(AggregateKind.Sum, false),
        "uavg_t" => new AggregateType(AggregateKind.Avg, false),
        "ustats_t" => new AggregateType(AggregateKind.Stats, false),
        "timestamp" => new TimestampType(),
        "macaddr_t" => new MacAddressType(),
        "cgroup_path_t" => new CgroupPathType(),
        "username_t" => new UserNameType(),
        "inet" => new InetType(),
        "string" => new StringType(0),
        "buffer" => new BufferType(0),
        _ => null,
    };
}
