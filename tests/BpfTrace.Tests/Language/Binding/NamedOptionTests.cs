using System.Collections.Immutable;
using BpfTrace.Language.Binding;
using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>Named parameters: their types, their values, and what is said about those that are wrong.</summary>
public class NamedOptionTests
{
    [Theory]
    [InlineData("getopt(\"a\", 20)", "0xffffffffffffffff", "uint64 18446744073709551615")]
    [InlineData("getopt(\"a\", 20)", null, "uint64 20")]
    [InlineData("getopt(\"a\", 18446744073709551615)", "18446744073709551614", "uint64 18446744073709551614")]
    [InlineData("getopt(\"a\", 18446744073709551615)", null, "uint64 18446744073709551615")]
    [InlineData("getopt(\"a\", 1)", "5ms", "uint64 5000000")]
    [InlineData("getopt(\"a\", -1)", "-10", "int64 -10")]
    [InlineData("getopt(\"a\", -1)", "9223372036854775807", "int64 9223372036854775807")]
    [InlineData("getopt(\"a\", true)", "False", "bool 0")]
    [InlineData("getopt(\"a\")", "", "bool 1")]
    [InlineData("getopt(\"a\", false)", "yes", "bool 1")]
    public void Values_have_the_type_of_the_default(string call, string? given, string expected)
    {
        BoundProgram program = BindHelper.Program($"begin {{ print({call}); }}", given is null ? null : Given(given));
        BoundConstant value = Assert.IsType<BoundConstant>(Assert.Single(OutputArguments(program)));
        string number = value.Type is IntegerType { IsSigned: false } ? $"{(ulong)value.Value}" : $"{value.Value}";
        Assert.Equal(expected, $"{value.Type} {number}");
    }

    [Theory]
    [InlineData("getopt(\"a\", 10)", "False", "program command line option --a invalid integer (value: False)")]
    [InlineData("getopt(\"a\", 10)", "", "program command line option --a expects an integer (value: true)")]
    [InlineData("getopt(\"a\", -1)", "18446744073709551615", "program command line option --a value is out of range (value: 18446744073709551615)")]
    [InlineData("getopt(\"a\", 1)", "18446744073709551616", "program command line option --a value is out of range (value: 18446744073709551616)")]
    [InlineData("getopt(\"a\", 1)", "-1", "program command line option --a invalid integer (value: -1)")]
    [InlineData("getopt(\"a\", 1)", "12x", "program command line option --a invalid trailing bytes (value: 12x)")]
    [InlineData("getopt(\"a\", true)", "perhaps", "program command line option --a expects a boolean (e.g. 'true') (value: perhaps)")]
    [InlineData("getopt(\"b\")", "1", "unexpected program command line options: --a")]
    public void Wrong_values_are_errors_without_a_place(string call, string given, string message)
    {
        Diagnostic error = Assert.Single(BindHelper.Bind($"begin {{ print({call}); }}", Given(given)).Diagnostics, static d => d.IsError);
        Assert.Equal(message, error.Message);
        Assert.Null(error.Location);
    }

    [Fact]
    public void Help_lists_the_options()
    {
        var options = new BindOptions { NamedArguments = ImmutableDictionary<string, string>.Empty.Add("help", "") };
        BindResult result = BindHelper.Bind("begin { print((getopt(\"aa\", 10, \"Description of aa\"), getopt(\"bb\", 1))); }", options);
        Assert.Null(result.Program);
        Assert.EndsWith("\nHINT: expected program options:\n--aa: Description of aa\n--bb\n", DiagnosticRenderer.Render(result.Diagnostics), StringComparison.Ordinal);
    }

    private static BindOptions Given(string value) => new() { NamedArguments = ImmutableDictionary<string, string>.Empty.Add("a", value) };

    private static IEnumerable<BoundExpression> OutputArguments(BoundProgram program) =>
        program.Probes[0].Body.Statements.OfType<BoundExpressionStatement>()
            .SelectMany(static s => ((BoundStatementExpression)s.Expression).Statements)
            .Concat(program.Probes[0].Body.Statements)
            .OfType<BoundOutput>().SelectMany(static o => o.Arguments);
}
