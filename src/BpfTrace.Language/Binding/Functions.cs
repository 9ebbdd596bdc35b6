using BpfTrace.Language.Syntax;

namespace BpfTrace.Language.Binding;

/// <summary>Binds one use of a function; a use without parentheses is a call without arguments.</summary>
internal delegate BoundExpression FunctionBinder(ProgramBinder binder, CallExpressionSyntax call);

/// <summary>A function of the language as the binder sees it.</summary>
/// <param name="Symbol">What code generation sees.</param>
/// <param name="Least">The fewest arguments.</param>
/// <param name="Most">The most arguments.</param>
/// <param name="Bind">Binds a use whose argument count is right.</param>
/// <param name="IsValue">Whether it may be used without parentheses.</param>
internal sealed record FunctionDefinition(FunctionSymbol Symbol, int Least, int Most, FunctionBinder Bind, bool IsValue);

/// <summary>
/// The builtins and functions of the language. To add one: an entry in one of the partial files, and its binding method. What is evaluated in
/// the kernel becomes a <see cref="BoundCall"/> with the symbol of its name; its arguments there:
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term><c>pid</c>, <c>tid</c></term><description>uint32; <see cref="BoundCall.Data"/> is "init", "curr_ns" or null (the tracer's namespace).</description></item>
/// <item><term><c>uid gid cpu ncpus numaid rand cgroup elapsed jiffies cpid</c></term><description>uint64, no arguments.</description></item>
/// <item><term><c>nsecs</c></term><description>uint64; Data is a <see cref="Symbols.ClockMode"/>.</description></item>
/// <item><term><c>comm</c></term><description>string[16]. <c>comm_of_pid</c>, for <c>comm(pid)</c> (int32, address of a string): bool, whether there is such a task; Data is the int offset of the name in struct task_struct.</description></item>
/// <item><term><c>curtask</c></term><description>a pointer to <c>struct task_struct</c> (void without BTF).</description></item>
/// <item><term><c>func</c></term><description>ksym_t or usym_t.</description></item>
/// <item><term><c>usermode</c></term><description>uint8.</description></item>
/// <item><term><c>kstack</c>, <c>ustack</c></term><description>a <see cref="Symbols.StackType"/>, which says mode and limit.</description></item>
/// <item><term><c>dw_ustack</c></term><description>the same; Data is an <see cref="UnwindOffsets"/>.</description></item>
/// <item><term><c>reg</c></term><description>uint64; Data is the register's name.</description></item>
/// <item><term><c>str</c></term><description>(pointer, or uint64 address whose type's space is that of the pointer; uint64 length limit, the NUL included): string of the type's capacity.</description></item>
/// <item><term><c>buf</c></term><description>(pointer, array or string; uint64 length): buffer of the type's capacity.</description></item>
/// <item><term><c>ksym</c></term><description>(uint64): ksym_t. <c>usym</c> (uint64): usym_t.</description></item>
/// <item><term><c>ntop</c></term><description>(int64 family, 0 to take it from the size; integer or 4/16-byte array): inet.</description></item>
/// <item><term><c>macaddr</c></term><description>(pointer to, or array of, at least six bytes): mac_address.</description></item>
/// <item><term><c>cgroup_path</c></term><description>(uint64 id): cgroup_path_t; Data is the int index of its filter.</description></item>
/// <item><term><c>strftime</c></term><description>(uint64 ns): timestamp; Data is (int format index, <see cref="Symbols.ClockMode"/>).</description></item>
/// <item><term><c>strerror signal_name syscall_name</c></term><description>(int32): string[64].</description></item>
/// <item><term><c>strncmp</c></term><description>(string, string, uint64 constant): uint64, 0 when equal.</description></item>
/// <item><term><c>memcmp</c></term><description>(value, value, uint64): int32. <c>str_concat</c> (string, string): string[1024].</description></item>
/// <item><term><c>strstr</c></term><description>(string, string): int64 position or -1. <c>strlen</c> (string, or pointer): uint64.</description></item>
/// <item><term><c>bswap</c></term><description>(unsigned integer): the same type.</description></item>
/// <item><term><c>path</c></term><description>(pointer to <c>struct path</c>): string.</description></item>
/// <item><term><c>signal</c>, <c>signal_thread</c></term><description>(uint32): int64, the helper's result. <c>override</c> (uint64): void. <c>write_user</c> (pointer, pointer, uint32): bool.</description></item>
/// <item><term><c>stack_len</c></term><description>(stack): int64. <c>socket_cookie</c> (pointer): uint64. <c>skboutput</c> (pointer, uint32 length, uint32 offset): uint32; Data is the <see cref="OutputSite"/>.</description></item>
/// <item><term><c>join</c></term><description>(pointer to an array of string pointers): buffer of NUL-separated strings. <c>debugf</c> (values): void; Data is the <see cref="FormatString"/>.</description></item>
/// <item><term><c>percpu_kaddr</c></term><description>(uint64 address, uint64 address of the CPUs' offsets, uint32 cpu or none): uint64.</description></item>
/// </list>
/// </remarks>
public static partial class Functions
{
    private static Dictionary<string, FunctionDefinition>? s_table;

    /// <summary>Every name, for completion and suggestions.</summary>
    public static IEnumerable<string> Names => Table.Keys;

    private static Dictionary<string, FunctionDefinition> Table => s_table ??= CreateTable();

    /// <summary>The symbol of a function.</summary>
    /// <exception cref="ArgumentException">There is no such function.</exception>
    public static FunctionSymbol Get(string name) =>
        Table.TryGetValue(name, out FunctionDefinition? definition) ? definition.Symbol : throw new ArgumentException($"No function {name}.", nameof(name));

    internal static FunctionDefinition? Find(string name) => Table.GetValueOrDefault(name);

    private static Dictionary<string, FunctionDefinition> CreateTable()
    {
        var table = new Dictionary<string, FunctionDefinition>(160, StringComparer.Ordinal);
        AddValues(table);
        AddStrings(table);
        AddAddresses(table);
        AddOutputs(table);
        AddMaps(table);
        AddActions(table);
        AddIntrospection(table);
        return table;
    }

    private static void Add(Dictionary<string, FunctionDefinition> table, string name, int least, int most, FunctionBinder bind, bool isValue = false, bool isUnsafe = false) =>
        table.Add(name, new FunctionDefinition(new FunctionSymbol(name) { IsUnsafe = isUnsafe }, least, most, bind, isValue));

    /// <summary>A value without arguments.</summary>
    private static void AddValue(Dictionary<string, FunctionDefinition> table, string name, FunctionBinder bind, int most = 0) =>
        Add(table, name, 0, most, bind, isValue: true);
}
