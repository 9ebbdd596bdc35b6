using BpfTrace.Language.Binding;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>Bound trees as short text, for tests to compare.</summary>
internal static class BoundProgramText
{
    public static string Of(BoundProbe probe) => string.Join("; ", probe.Body.Statements.Select(Of));

    public static string Of(BoundStatement? statement) => statement switch
    {
        null => "",
        BoundBlock block => "{" + string.Join("; ", block.Statements.Select(Of)) + "}",
        BoundExpressionStatement expression => Of(expression.Expression),
        BoundAssignVariable assign => $"{assign.Variable.Name} = {Of(assign.Value)}",
        BoundAssignMap assign => $"{assign.Map.Name}{Key(assign.Key)} = {Of(assign.Value)}",
        BoundAggregate aggregate => $"{aggregate.Map.Name}{Key(aggregate.Key)} <- {Of(aggregate.Value)}",
        BoundIf choice => $"if {Of(choice.Condition)} {Of(choice.Then)}" + (choice.Else is null ? "" : $" else {Of(choice.Else)}"),
        BoundOutput output => $"{output.Site.Kind}#{output.Site.Id}({List(output.Arguments)})",
        BoundReturn leave => $"return {Of(leave.Value)}".TrimEnd(),
        BoundForMap loop => $"for {loop.Variable.Name} : {loop.Map.Name} {Of(loop.Body)} [{string.Join(",", loop.Captured.Select(c => c.Name))}]",
        BoundForRange loop => $"for {loop.Variable.Name} : {Of(loop.Start)}..{Of(loop.End)} {Of(loop.Body)} [{string.Join(",", loop.Captured.Select(c => c.Name))}]",
        BoundWhile loop => $"while {Of(loop.Condition)} {Of(loop.Body)}",
        BoundUnroll loop => $"unroll {loop.Count} {Of(loop.Body)}",
        _ => statement.GetType().Name,
    };

    public static string Of(BoundExpression? expression)
    {
        switch (expression)
        {
            case null: return "";
            case BoundConstant constant: return $"{constant.Value}:{constant.Type}";
            case BoundString text: return $"\"{System.Text.Encoding.UTF8.GetString(text.Value.AsSpan())}\"";
            case BoundVariable variable: return $"{variable.Variable.Name}:{variable.Type}";
            case BoundMapValue map: return $"{map.Map.Name}{Key(map.Key)}:{map.Type}";
            case BoundUnary unary: return $"{unary.Operator}({Of(unary.Operand)}):{unary.Type}";
            case BoundBinary binary: return $"({Of(binary.Left)} {binary.Operator} {Of(binary.Right)}):{binary.Type}";
            case BoundConversion conversion: return $"({TypeText(conversion.Type)}){Of(conversion.Operand)}";
            case BoundDereference dereference: return $"*{Of(dereference.Pointer)}";
            case BoundFieldAccess access: return $"{Of(access.Receiver)}.{access.Field.Name}@{access.Field.BitOffset}:{TypeText(access.Type)}";
            case BoundTupleElement element: return $"{Of(element.Receiver)}.+{element.Element.Offset}:{element.Type}";
            case BoundElementAccess access: return $"{Of(access.Receiver)}[{Of(access.Index)}]:{TypeText(access.Type)}";
            case BoundTuple tuple: return $"({List(tuple.Elements)})";
            case BoundConditional choice: return $"({Of(choice.Condition)} ? {Of(choice.WhenTrue)} : {Of(choice.WhenFalse)}):{choice.Type}";
            case BoundCall call: return $"{call.Function.Name}({List(call.Arguments)}{(call.Data is null ? "" : " #" + call.Data)}):{TypeText(call.Type)}";
            case BoundBlockExpression block: return "{" + string.Join("; ", block.Statements.Select(Of)) + $" => {Of(block.Value)}" + "}";
            case BoundIncrement increment: return $"inc({Of(increment.Target)}, {increment.Delta}, {(increment.IsPrefix ? "pre" : "post")})";
            case BoundArgument argument: return $"arg{argument.Index}:{argument.Type}";
            case BoundArgs: return "args";
            case BoundReturnValue value: return $"retval{value.Index}:{TypeText(value.Type)}";
            case BoundContext value: return $"ctx:{TypeText(value.Type)}";
            case BoundDelete delete: return $"delete({delete.Map.Name}{Key(delete.Key)}, {(delete.IsDiscarded ? "discarded" : "used")})";
            case BoundHasKey has: return $"has_key({has.Map.Name}{Key(has.Key)})";
            case BoundMapLength length: return $"len({length.Map.Name})";
            case BoundMapAddress address: return $"&{address.Map.Name}:{TypeText(address.Type)}";
            case BoundAddressOf address: return $"&{Of(address.Operand)}:{TypeText(address.Type)}";
            default: return expression.GetType().Name;
        }
    }

    private static string Key(BoundExpression? key) => key is null ? "" : $"[{Of(key)}]";

    private static string List(IEnumerable<BoundExpression> expressions) => string.Join(", ", expressions.Select(Of));

    private static string TypeText(BpfType type) => type is PointerType pointer ? $"{pointer}/{pointer.Space}" : type.ToString();
}
