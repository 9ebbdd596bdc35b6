using BpfTrace.Bpf.Symbols;

namespace BpfTrace.Tests.Bpf;

/// <summary>Names from Rust RFC 2603 and from compilers, with what a backtrace shows for them.</summary>
public class RustDemanglerTests
{
    [Theory]
    [InlineData("_RNvC6_123foo3bar", "123foo::bar")]
    [InlineData("_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y", "utf8_idents::საჭმელად_გემრიელი_სადილი")]
    [InlineData("_RNCNCNgCs6DXkGYLi8lr_2cc5spawn00B5_", "cc::spawn::{closure#0}::{closure#0}")]
    [InlineData(
        "_RNCINkXs25_NgCsbmNqQUJIY6D_4core5sliceINyB9_4IterhENuNgNoBb_4iter8iterator8Iterator9rpositionNCNgNpB9_6memchr7memrchrs_0E0Bb_",
        "<core::slice::Iter<u8> as core::iter::iterator::Iterator>::rposition::<core::slice::memchr::memrchr::{closure#1}>::{closure#0}")]
    [InlineData("_RINbNbCskIICzLVDPPb_5alloc5alloc8box_freeDINbNiB4_5boxed5FnBoxuEp6OutputuEL_ECs1iopQbuBiw2_3std", "alloc::alloc::box_free::<dyn alloc::boxed::FnBox<(), Output = ()>>")]
    [InlineData("_RNvMC0INtC8arrayvec8ArrayVechKj7b_E3new", "<arrayvec::ArrayVec<u8, 123>>::new")]
    [InlineData("_RMCs4fqI2P2rA04_13const_genericINtB0_8UnsignedKhb_E", "<const_generic::Unsigned<11>>")]
    [InlineData("_RMCs4fqI2P2rA04_13const_genericINtB0_6SignedKsn98_E", "<const_generic::Signed<-152>>")]
    [InlineData("_RMCs4fqI2P2rA04_13const_genericINtB0_4CharKc76_E", "<const_generic::Char<'v'>>")]
    [InlineData("_RNvC6_123foo3bar.llvm.9D1C9369", "123foo::bar")]
    [InlineData("_ZN13test$u20$test6foobar17h05af221e174051e9E", "test test::foobar")]
    [InlineData("_ZN28_$u7b$$u7b$closure$u7d$$u7d$17h05af221e174051e9E", "{{closure}}")]
    [InlineData("_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$3bar17h930b740aa94f1d3aE", "<Test + 'static as foo::Bar<Test>>::bar")]
    [InlineData("_ZN4core3fmt5write17h0123456789abcdefE.llvm.42", "core::fmt::write")]
    public void Names_are_readable(string mangled, string expected) => Assert.Equal(expected, RustDemangler.TryDemangle(mangled));

    [Theory]
    [InlineData("main")]
    [InlineData("_ZN3foo3barEi")]
    [InlineData("_ZN3foo3barE")]
    [InlineData("_RNvC")]
    [InlineData("_RNvC6_123foo9bar")]
    [InlineData("_RNvB_1a")]
    [InlineData("_R")]
    [InlineData("")]
    public void Other_names_are_left_alone(string name) => Assert.Null(RustDemangler.TryDemangle(name));

    [Fact]
    public void No_cut_or_changed_name_does_harm()
    {
        const string Name = "_RNCINkXs25_NgCsbmNqQUJIY6D_4core5sliceINyB9_4IterhENuNgNoBb_4iter8iterator8Iterator9rpositionNCNgNpB9_6memchr7memrchrs_0E0Bb_";
        var random = new Random(5);
        int readable = 0;
        for (int i = 0; i < 5000; i++)
        {
            char[] changed = Name.ToCharArray();
            changed[2 + random.Next(changed.Length - 2)] = "BIMXYNEsLK_0123456789abRTFD"[random.Next(27)];
            string? result = RustDemangler.TryDemangle(new string(changed));
            readable += result is null ? 0 : 1;
            Assert.True(result is null || result.Length <= 8192);
        }

        Assert.InRange(readable, 1, 4999);
    }
}
