using System.Collections.Immutable;
using System.Globalization;

namespace BpfTrace.Language.Syntax;

public sealed partial class SyntaxPrinter
{
    private static bool IsPrimary(ExpressionSyntax expression) => expression switch
    {
        BinaryExpressionSyntax or UnaryExpressionSyntax or ConditionalExpressionSyntax or CastExpressionSyntax
            or IfExpressionSyntax or BlockExpressionSyntax or RangeExpressionSyntax => false,
        ComptimeExpressionSyntax comptime => IsPrimary(comptime.Expression),
        _ => true,
    };

    /// <summary>An operand: in parentheses unless it is primary.</summary>
    private void WriteOperand(ExpressionSyntax expression)
    {
        bool isPrimary = IsPrimary(expression);
        _output.Append(isPrimary ? string.Empty : "(");
        WriteBare(expression);
        _output.Append(isPrimary ? string.Empty : ")");
    }

    /// <summary>
    /// What stands before a block. A parenthesis at its beginning is taken for one around the whole, so that a tuple, or a member of
    /// one, needs another around it.
    /// </summary>
    private void WriteCondition(ExpressionSyntax expression)
    {
        int start = _output.Length;
        WriteOperand(expression);
        if (_output[start] == '(' && IsPrimary(expression))
            _output.Insert(start, '(').Append(')');
    }

    /// <summary>A range's end: what has an access or a call behind it would take the range's dots for its own.</summary>
    private void WriteBound(ExpressionSyntax expression)
    {
        bool isPlain = expression is IntegerLiteralExpressionSyntax or VariableExpressionSyntax or IdentifierExpressionSyntax or PositionalParameterExpressionSyntax
            or PositionalParameterCountExpressionSyntax or CallExpressionSyntax or MapExpressionSyntax or MapAccessExpressionSyntax;
        _output.Append(isPlain ? string.Empty : "(");
        WriteBare(expression);
        _output.Append(isPlain ? string.Empty : ")");
    }

    private void WriteBare(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case IntegerLiteralExpressionSyntax literal:
                _output.Append(literal.Text);
                break;
            case StringLiteralExpressionSyntax literal:
                WriteString(literal.Bytes);
                break;
            case BooleanLiteralExpressionSyntax literal:
                _output.Append(literal.Value ? "true" : "false");
                break;
            case IdentifierExpressionSyntax identifier:
                _output.Append(identifier.Name);
                break;
            case VariableExpressionSyntax variable:
                _output.Append(variable.Name);
                break;
            case MapExpressionSyntax map:
                _output.Append(map.Name);
                break;
            case PositionalParameterExpressionSyntax parameter:
                _output.Append('$').Append(parameter.Index.ToString(CultureInfo.InvariantCulture));
                break;
            case PositionalParameterCountExpressionSyntax:
                _output.Append("$#");
                break;
            case MapAccessExpressionSyntax or CallExpressionSyntax or MemberAccessExpressionSyntax or TupleAccessExpressionSyntax
                or ElementAccessExpressionSyntax or TupleExpressionSyntax or RecordExpressionSyntax or TypeArgumentExpressionSyntax:
                WriteAccess(expression);
                break;
            default:
                WriteOperation(expression);
                break;
        }
    }

    private void WriteAccess(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case MapAccessExpressionSyntax access:
                _output.Append(access.Map.Name).Append('[');
                WriteList(access.Keys);
                _output.Append(']');
                break;
            case CallExpressionSyntax call:
                _output.Append(call.Name).Append('(');
                WriteList(call.Arguments);
                _output.Append(')');
                break;
            case MemberAccessExpressionSyntax access:
                WriteOperand(access.Expression);
                _output.Append('.').Append(access.Name);
                break;
            case TupleAccessExpressionSyntax access:
                WriteOperand(access.Expression);
                _output.Append('.').Append(access.Index);
                break;
            case ElementAccessExpressionSyntax access:
                // A map with a key after it is a map access: here the map itself is indexed.
                _output.Append(access.Expression is MapExpressionSyntax ? "(" : string.Empty);
                WriteOperand(access.Expression);
                _output.Append(access.Expression is MapExpressionSyntax ? ")[" : "[");
                WriteBare(access.Index);
                _output.Append(']');
                break;
            case TupleExpressionSyntax tuple:
                _output.Append('(');
                WriteList(tuple.Elements);
                _output.Append(tuple.Elements.Length == 1 ? ",)" : ")");
                break;
            case RecordExpressionSyntax record:
                Write(record);
                break;
            case TypeArgumentExpressionSyntax { Type: ExpressionTypeSyntax type }:
                Write(type);
                break;
            case TypeArgumentExpressionSyntax argument:
                _output.Append("typeof(");
                Write(argument.Type);
                _output.Append(')');
                break;
        }
    }

    private void WriteOperation(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case BinaryExpressionSyntax binary:
                WriteOperand(binary.Left);
                _output.Append(' ').Append(SyntaxFacts.GetText(binary.Operator)).Append(' ');
                WriteOperand(binary.Right);
                break;
            case UnaryExpressionSyntax unary when SyntaxFacts.IsPostfix(unary.Operator):
                WriteOperand(unary.Operand);
                _output.Append(SyntaxFacts.GetText(unary.Operator));
                break;
            case UnaryExpressionSyntax unary:
                _output.Append(SyntaxFacts.GetText(unary.Operator));
                WriteOperand(unary.Operand);
                break;
            case ConditionalExpressionSyntax conditional:
                WriteOperand(conditional.Condition);
                _output.Append(" ? ");
                if (conditional.WhenTrue is not null)
                {
                    WriteOperand(conditional.WhenTrue);
                    _output.Append(' ');
                }
                _output.Append(": ");
                WriteOperand(conditional.WhenFalse);
                break;
            case CastExpressionSyntax cast:
                _output.Append('(');
                Write(cast.Type);
                _output.Append(')');
                WriteOperand(cast.Operand);
                break;
            case RangeExpressionSyntax range:
                WriteBound(range.Start);
                _output.Append("..");
                WriteBound(range.End);
                break;
            default:
                WriteKeyword(expression);
                break;
        }
    }

    private void WriteKeyword(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case SizeofExpressionSyntax size:
                WriteTypeFunction("sizeof(", size.Type, ")");
                break;
            case TypeinfoExpressionSyntax info:
                WriteTypeFunction("typeinfo(", info.Type, ")");
                break;
            case OffsetofExpressionSyntax offset:
                WriteTypeFunction("offsetof(", offset.Type, $", {string.Join('.', offset.Fields)})");
                break;
            case ComptimeExpressionSyntax comptime:
                _output.Append("comptime ");
                WriteOperand(comptime.Expression);
                break;
            case IfExpressionSyntax branch:
                Write(branch);
                break;
            case BlockExpressionSyntax block:
                WriteBlock(block);
                break;
        }
    }

    private void WriteTypeFunction(string open, TypeSyntax type, string close)
    {
        _output.Append(open);
        WriteAsType(type);
        _output.Append(close);
    }

    private void Write(IfExpressionSyntax branch)
    {
        _output.Append("if ");
        WriteCondition(branch.Condition);
        _output.Append(' ');
        WriteBlock(branch.Then);
        if (branch.Else is not null)
        {
            _output.Append(" else ");
            WriteBare(branch.Else);
        }
    }

    private void Write(RecordExpressionSyntax record)
    {
        _output.Append('(');
        for (int i = 0; i < record.Fields.Length; i++)
        {
            _output.Append(i > 0 ? ", " : string.Empty).Append(record.Fields[i].Name).Append('=');
            WriteOperand(record.Fields[i].Value);
        }
        _output.Append(')');
    }

    private void WriteList(ImmutableArray<ExpressionSyntax> expressions)
    {
        for (int i = 0; i < expressions.Length; i++)
        {
            _output.Append(i > 0 ? ", " : string.Empty);
            WriteBare(expressions[i]);
        }
    }

    private void WriteString(ImmutableArray<byte> bytes)
    {
        _output.Append('"');
        foreach (byte b in bytes)
        {
            _output.Append(b switch
            {
                (byte)'\n' => "\\n",
                (byte)'\t' => "\\t",
                (byte)'\r' => "\\r",
                (byte)'"' => "\\\"",
                (byte)'\\' => "\\\\",
                >= 0x20 and < 0x7f => ((char)b).ToString(),
                _ => $"\\x{b:x2}",
            });
        }
        _output.Append('"');
    }
}
