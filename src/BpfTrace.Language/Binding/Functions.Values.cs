using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.Binding;

public static partial class Functions
{
    private static void AddValues(Dictionary<string, FunctionDefinition> table)
    {
        AddValue(table, "pid", static (b, c) => b.BindProcessId(c), most: 1);
        AddValue(table, "tid", static (b, c) => b.BindProcessId(c), most: 1);
        foreach (string name in (string[])["uid", "gid", "cpu", "ncpus", "numaid", "rand", "cgroup", "elapsed", "jiffies"])
            AddValue(table, name, static (_, c) => ProgramBinder.MakeCall(c, IntegerType.UInt64));
        AddValue(table, "nsecs", static (b, c) => b.BindNsecs(c), most: 1);
        AddValue(table, "comm", static (b, c) => b.BindComm(c), most: 1);
        AddValue(table, "username", static (_, c) => ProgramBinder.BindUserName(c));
        AddValue(table, "usermode", static (b, c) => b.BindUserMode(c));
        AddValue(table, "cpid", static (b, c) => b.BindChildId(c));
        AddValue(table, "has_cpid", static (b, c) => b.BindHasChild(c));
        AddValue(table, "curtask", static (b, c) => b.BindCurrentTask(c));
        AddValue(table, "ppid", static (b, c) => b.BindTaskMember(c, "real_parent", "pid"), most: 1);
        AddValue(table, "pcomm", static (b, c) => b.BindTaskMember(c, "real_parent", "comm"), most: 1);
        AddValue(table, "leader_tid", static (b, c) => b.BindTaskMember(c, "group_leader", "pid"), most: 1);
        AddValue(table, "leader_comm", static (b, c) => b.BindTaskMember(c, "group_leader", "comm"), most: 1);
        AddValue(table, "args", static (b, c) => b.BindArgs(c));
        AddValue(table, "retval", static (b, c) => b.BindReturnValue(c));
        AddValue(table, "ctx", static (b, c) => b.BindProbeContext(c));
        AddValue(table, "func", static (b, c) => b.BindFunc(c));
        AddValue(table, "probe", static (b, c) => b.BindProbeName(c));
        AddValue(table, "probetype", static (b, c) => b.BindProbeTypeName(c));
        AddValue(table, "kstack", static (b, c) => b.BindStack(c), most: 2);
        AddValue(table, "ustack", static (b, c) => b.BindStack(c), most: 2);
        AddValue(table, "dw_ustack", static (b, c) => b.BindUnwoundStack(c), most: 2);
        AddValue(table, "config", static (b, c) => b.BindConfigRecord(c));
        AddValue(table, "default_str_length", static (b, c) => b.BindDefaultStringLength(c));
    }
}
