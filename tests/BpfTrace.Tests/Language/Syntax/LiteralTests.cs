using BpfTrace.Language.Diagnostics;
using BpfTrace.Language.Parsing;
using BpfTrace.Language.Syntax;

namespace BpfTrace.Tests.Language.Syntax;

public class LiteralTests
{
    [Theory]
    [InlineData("0", 0UL)]
    [InlineData("42", 42UL)]
    [InlineData("1_000_000", 1_000_000UL)]
    [InlineData("0x2a", 42UL)]
    [InlineData("0XFF", 255UL)]
    [InlineData("0xdead_beef", 0xdeadbeefUL)]
    [InlineData("0xffffffffffffffff", ulong.MaxValue)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    [InlineData("0123", 83UL)]
    [InlineData("0_17", 15UL)]
    [InlineData("1e6", 1_000_000UL)]
    [InlineData("5E3", 5_000UL)]
    [InlineData("9e18", 9_000_000_000_000_000_000UL)]
    public void An_integer_has_its_value(string text, ulong value)
    {
        IntegerLiteralExpressionSyntax literal = Assert.IsType<IntegerLiteralExpressionSyntax>(ParseAssert.Expression(text));
        Assert.Equal(value, literal.Value);
        Assert.Equal(text, literal.Text);
        Assert.Equal(IntegerSuffix.None, literal.Suffix);
    }

    [Theory]
    [InlineData("7u", 7UL, IntegerSuffix.U)]
    [InlineData("7l", 7UL, IntegerSuffix.L)]
    [InlineData("7ul", 7UL, IntegerSuffix.UL)]
    [InlineData("7ll", 7UL, IntegerSuffix.LL)]
    [InlineData("18446744073709551615ull", ulong.MaxValue, IntegerSuffix.ULL)]
    [InlineData("7ULL", 7UL, IntegerSuffix.ULL)]
    [InlineData("7LL", 7UL, IntegerSuffix.LL)]
    [InlineData("7UL", 7UL, IntegerSuffix.UL)]
    [InlineData("0x10u", 16UL, IntegerSuffix.U)]
    [InlineData("10ns", 10UL, IntegerSuffix.Duration)]
    [InlineData("5us", 5_000UL, IntegerSuffix.Duration)]
    [InlineData("3ms", 3_000_000UL, IntegerSuffix.Duration)]
    [InlineData("2s", 2_000_000_000UL, IntegerSuffix.Duration)]
    [InlineData("2m", 120_000_000_000UL, IntegerSuffix.Duration)]
    [InlineData("1h", 3_600_000_000_000UL, IntegerSuffix.Duration)]
    [InlineData("1d", 86_400_000_000_000UL, IntegerSuffix.Duration)]
    [InlineData("1_0ms", 10_000_000UL, IntegerSuffix.Duration)]
    public void A_suffix_is_known_and_a_duration_is_nanoseconds(string text, ulong value, IntegerSuffix suffix)
    {
        IntegerLiteralExpressionSyntax literal = Assert.IsType<IntegerLiteralExpressionSyntax>(ParseAssert.Expression(text));
        Assert.Equal(value, literal.Value);
        Assert.Equal(suffix, literal.Suffix);
    }

    [Theory]
    [InlineData("BEGIN { @ = «18446744073709551616» }", "overflow error, maximum value is 18446744073709551615: 18446744073709551616")]
    [InlineData("BEGIN { @ = «0x1ffffffffffffffff» }", "overflow error, maximum value is 18446744073709551615: 1ffffffffffffffff")]
    [InlineData("BEGIN { @ = «4294967296u» }", "overflow error, maximum value is 4294967295: 4294967296u")]
    [InlineData("BEGIN { @ = «9223372036854775808l» }", "overflow error, maximum value is 9223372036854775807: 9223372036854775808l")]
    [InlineData("BEGIN { @ = «18446744073709551615us» }", "overflow error, maximum value is 18446744073709551615: 18446744073709551615us")]
    [InlineData("BEGIN { @ = «9e19» }", "overflow error, maximum value is 18446744073709551615: 9e19")]
    [InlineData("BEGIN { @ = «12e3» }", "coefficient part of scientific literal must be 1-9: 12e3")]
    [InlineData("BEGIN { @ = «08» }", "invalid trailing bytes: 08")]
    [InlineData("BEGIN { @ = «1e» }", "invalid trailing bytes: 1e")]
    [InlineData("BEGIN { @ = «0x» }", "invalid integer: ")]
    [InlineData("BEGIN { @ = 12«abc» }", "invalid integer suffix 'abc'")]
    [InlineData("BEGIN { @ = 0«b101» }", "invalid integer suffix 'b101'")]
    [InlineData("BEGIN { @ = 1000«_» }", "trailing underscore in integer literal")]
    [InlineData("BEGIN { @ = 0xff«_» }", "trailing underscore in integer literal")]
    [InlineData("kprobe:f { «$0» }", "param $0 is out of integer range [1, 9223372036854775807]")]
    [InlineData("kprobe:f { «$999999999999999999999999» }", "param $999999999999999999999999 is out of integer range [1, 9223372036854775807]")]
    public void A_malformed_integer_is_pointed_at(string text, string message) =>
        AnnotatedText.AssertSyntaxError(text, message, DiagnosticIds.InvalidInteger);

    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"a b\"", "a b")]
    [InlineData("\"\\n\\t\\r\\\"\\\\\"", "\n\t\r\"\\")]
    [InlineData("\"\\101\\0601\"", "A01")]
    [InlineData("\"\\x41\\X42C\"", "ABC")]
    [InlineData("\"\\x4g\"", "\u0004g")]
    [InlineData("\"// no /* comment\"", "// no /* comment")]
    [InlineData("\"grüße\"", "grüße")]
    public void A_string_has_its_escapes_resolved(string text, string value)
    {
        StringLiteralExpressionSyntax literal = Assert.IsType<StringLiteralExpressionSyntax>(ParseAssert.Expression(text));
        Assert.Equal(value, literal.Value);
        Assert.Equal(text.Length, literal.Span.Length);
    }

    [Fact]
    public void An_escape_is_one_byte_whatever_utf8_says()
    {
        StringLiteralExpressionSyntax literal = Assert.IsType<StringLiteralExpressionSyntax>(ParseAssert.Expression("\"ü\\xff\\377\\0\""));
        Assert.Equal(new byte[] { 0xC3, 0xBC, 0xFF, 0xFF, 0x00 }, literal.Bytes);
    }

    [Theory]
    [InlineData("BEGIN { @ = \"«\\q»\" }", "invalid escape character '\\q'")]
    [InlineData("BEGIN { @ = \"a«\\777»\" }", "octal escape sequence out of range '\\777'")]
    [InlineData("BEGIN { @ = \"«\\x»zz\" }", "invalid hex escape sequence")]
    public void A_malformed_escape_is_pointed_at(string text, string message) =>
        AnnotatedText.AssertSyntaxError(text, message, DiagnosticIds.InvalidEscape);

    [Theory]
    [InlineData("kprobe:f { «\"asdf }»")]
    [InlineData("kprobe:f { «\"asdf }»\n@x = 1; }")]
    [InlineData("kprobe:f { «\"asdf }»\r\n@x = 1; }")]
    [InlineData("kprobe:f { «\"asdf\\»\n\" }")]
    [InlineData("kprobe:f { «\"asdf\\\"»")]
    public void An_unterminated_string_is_marked_to_the_end_of_its_line(string text) =>
        AnnotatedText.AssertSyntaxError(text, "unterminated string", DiagnosticIds.UnterminatedString);

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void Booleans(string text, bool value) =>
        Assert.Equal(value, Assert.IsType<BooleanLiteralExpressionSyntax>(ParseAssert.Expression(text)).Value);

    [Theory]
    [InlineData("0b101", 5UL)]
    [InlineData("999", 999UL)]
    public void Offsets_of_attach_points_use_the_same_integers(string text, ulong value)
    {
        Assert.True(IntegerLiteral.TryParse(text, out ulong actual, out _, out _));
        Assert.Equal(value, actual);
    }
}
