using BpfTrace.Bpf.Tracefs;
using BpfTrace.Language.Probes;

namespace BpfTrace.Tests.Language.Binding;

/// <summary>C++ functions by their readable names. The symbols are g++'s for functions of those names.</summary>
public class CppSymbolTests
{
    [Theory]
    [InlineData("over", "_Z4overPKcl", true)]
    [InlineData("over(char const*, long)", "_Z4overPKcl", true)]
    [InlineData("over(int)", "_Z4overPKcl", false)]
    [InlineData("over*", "_Z4overi", true)]
    [InlineData("*over", "_Z4overi", true)]
    [InlineData("over*long)", "_Z4overPKcl", false)] // without a '(' parameters are not looked at
    [InlineData("over(*long)", "_Z4overPKcl", true)]
    [InlineData("over(*long)", "_Z4overi", false)]
    [InlineData("plain", "plain", true)]
    [InlineData("pl*", "plain", true)]
    [InlineData("_Z4overi", "_Z4overi", true)]
    [InlineData("ns::Box<int>::get", "_ZNK2ns3BoxIiE3getEi", true)]
    [InlineData("ns::Box<int>::get(int) const", "_ZNK2ns3BoxIiE3getEi", true)]
    [InlineData("ns::Box<long>::get", "_ZNK2ns3BoxIiE3getEi", false)]
    [InlineData("ns::Box<*get", "_ZNK2ns3BoxIiE3getEi", true)]
    [InlineData("operator<", "_ZltRKN2ns3DerES2_", true)]
    [InlineData("operator<(ns::Der const&, ns::Der const&)", "_ZltRKN2ns3DerES2_", true)]
    [InlineData("ns::Der::~Der", "_ZN2ns3DerD1Ev", true)]
    [InlineData("ns::Der::foo", "_ZN2ns3Der3fooERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", true)]
    [InlineData("Der::foo", "_ZN2ns3Der3fooERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", false)]
    [InlineData("foo", "_ZN2ns3Der3fooERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", false)]
    [InlineData("std::allocator<char>::allocator", "_ZNSaIcEC1Ev", true)]
    [InlineData("*::fo*", "_ZN2ns3Der3fooERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", true)]
    [InlineData("ns::Box*long*get", "_ZNK2ns3BoxIlE3getEi", true)] // wildcards that take types
    [InlineData("*apply*double*", "_Z5applyIdET_S0_", true)]
    [InlineData("*lambda*", "_ZZ4mainENKUliE_clEi", true)]
    [InlineData("shop::*string*", "_ZN4shop3BoxISsE3getEv", true)]
    [InlineData("get", "_ZNK2ns3BoxIiE3getEi", false)]
    [InlineData("passed", "_ZN4shop6passedENS_5OwnerEb", false)]
    [InlineData("shop::passed(shop::Owner, bool)", "_ZN4shop6passedENS_5OwnerEb", true)]
    public void A_function_is_found_by_its_readable_name(string function, string symbol, bool expected)
    {
        var symbols = new CppSymbols(function);
        Assert.Equal(expected, symbols.IsMatch(symbol));
        if (expected)
            Assert.True(new WildcardPattern(symbols.SymbolPattern).IsMatch(symbol), symbols.SymbolPattern);
    }

    /// <summary>So that not every name of a large program is made readable.</summary>
    [Theory]
    [InlineData("ns::Der::foo(int)", "*foo*")]
    [InlineData("over", "*over*")]
    [InlineData("a*bcd*", "*bcd*")]
    [InlineData("string", "*string*")] // without a wildcard it is the name itself
    [InlineData("*get*double*", "*get*")]
    [InlineData("*double*", "*")]
    [InlineData("ns::Box<int>", "*")]
    [InlineData("operator new", "*")]
    [InlineData("std::string::string", "*")]
    [InlineData("*", "*")]
    public void Symbols_that_cannot_be_it_are_left_out(string function, string pattern) => Assert.Equal(pattern, new CppSymbols(function).SymbolPattern);
}
