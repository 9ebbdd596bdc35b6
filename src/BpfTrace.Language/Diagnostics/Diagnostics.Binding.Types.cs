using BpfTrace.Language.Symbols;
using BpfTrace.Language.Syntax;
using BpfTrace.Language.Text;

namespace BpfTrace.Language.Diagnostics;

public static partial class DiagnosticIds
{
    /// <summary>A variable or map gets a value that does not go with its others.</summary>
    public const string TypeMismatch = nameof(TypeMismatch);

    /// <summary>A map key that does not go with the others.</summary>
    public const string KeyMismatch = nameof(KeyMismatch);

    /// <summary>One map with histograms of different shapes.</summary>
    public const string AggregateParameters = nameof(AggregateParameters);

    /// <summary>A value that can not be kept.</summary>
    public const string NotAssignable = nameof(NotAssignable);

    /// <summary>An aggregation can not be copied.</summary>
    public const string AggregateCopy = nameof(AggregateCopy);

    /// <summary>An aggregation that goes into no map.</summary>
    public const string NotAssignedToMap = nameof(NotAssignedToMap);

    /// <summary>A map is used with and without a key.</summary>
    public const string ScalarMismatch = nameof(ScalarMismatch);

    /// <summary>A loop over a map whose values can not be read one by one.</summary>
    public const string InvalidOperand = nameof(InvalidOperand);

    /// <summary>A value that can be no map key.</summary>
    public const string InvalidKey = nameof(InvalidKey);

    /// <summary>A condition that is neither number, pointer nor bool.</summary>
    public const string InvalidCondition = nameof(InvalidCondition);

    /// <summary>The two values of a conditional do not go together.</summary>
    public const string BranchTypes = nameof(BranchTypes);

    /// <summary>A histogram inside a tuple.</summary>
    public const string AggregateInTuple = nameof(AggregateInTuple);

    /// <summary>A probe returns something other than a number.</summary>
    public const string ReturnType = nameof(ReturnType);

    /// <summary>A constant index beyond the array.</summary>
    public const string IndexOutOfBounds = nameof(IndexOutOfBounds);

    /// <summary>A cast that can not be made.</summary>
    public const string InvalidCast = nameof(InvalidCast);

    /// <summary>A cast to the type the value has.</summary>
    public const string UnnecessaryCast = nameof(UnnecessaryCast);

    /// <summary>A number is put where it may not fit.</summary>
    public const string Narrowing = nameof(Narrowing);

    /// <summary>A signed division.</summary>
    public const string SignedDivision = nameof(SignedDivision);

    /// <summary>Addresses of different memories are combined.</summary>
    public const string AddressSpaceMismatch = nameof(AddressSpaceMismatch);

    /// <summary>An expression that should be constant is not.</summary>
    public const string NotComptime = nameof(NotComptime);

    /// <summary>A comparison of values of different types.</summary>
    public const string ComparedTypes = nameof(ComparedTypes);

    /// <summary>A comparison of pointers to different types.</summary>
    public const string DistinctPointers = nameof(DistinctPointers);
}

public sealed partial class DiagnosticBag
{
    internal void ReportTypeMismatch(TextLocation location, string name, string what, BpfType added, string holder, BpfType current, string kind = "") =>
        Error(DiagnosticIds.TypeMismatch, location, $"Type mismatch for {name}: trying to {what} of type '{added}' when {holder} already has a {kind}type '{current}'");

    internal void ReportLockedType(TextLocation location, string name, BpfType added, BpfType locked) =>
        Error(DiagnosticIds.TypeMismatch, location, $"Type mismatch for {name}: this type has been locked because it was used in another part of the type graph that was already resolved (e.g. `sizeof`, `typeinfo`, etc.). The new type '{added}' doesn't fit into the locked type '{locked}'");

    internal void ReportKeyMismatch(TextLocation location, string name, BpfType key, BpfType current) =>
        Error(DiagnosticIds.KeyMismatch, location, $"Argument mismatch for {name}: trying to access with arguments: '{key}' when map expects arguments: '{current}'");

    internal void ReportSampleMismatch(TextLocation location, string function, BpfType sample, BpfType current) =>
        Error(DiagnosticIds.TypeMismatch, location, $"Type mismatch for {function}: trying to call function with type '{sample}' when it already has a type '{current}'");

    internal void ReportAggregateParameters(TextLocation location, string function) =>
        Error(DiagnosticIds.AggregateParameters, location, function == "hist" ? "Different bits in a single hist unsupported" : $"Different {function} bounds in a single map unsupported");

    internal void ReportNotAssignable(TextLocation location, BpfType type, string target) =>
        Error(DiagnosticIds.NotAssignable, location, $"Value '{type}' cannot be assigned to {target}.");

    internal void ReportAggregateCopy(TextLocation location, string name, AggregateType type, string? source) =>
        Error(DiagnosticIds.AggregateCopy, location, $"Map value '{type}' cannot be assigned from one map to another. The function that returns this type must be called directly e.g. `{name} = {AggregateHint(type)};`.", [.. Hints(source is not null && TypeRules.IsCastableAggregate(type) ? $"Add a cast to integer if you want the value of the aggregate, e.g. `{name} = (int64){source};`." : null)]);

    internal void ReportNotAssignedToMap(TextLocation location, string function) =>
        Error(DiagnosticIds.NotAssignedToMap, location, $"{function}() must be assigned directly to a map", $"a map keeps its value: @ = {function}(...);");

    internal void ReportScalarMismatch(TextLocation location, string name, bool isScalar) =>
        Error(DiagnosticIds.ScalarMismatch, location, isScalar ? $"{name} used as a map without an explicit key (scalar map), previously used with an explicit key (non-scalar map)" : $"{name} used as a map with an explicit key (non-scalar map), previously used without an explicit key (scalar map)");

    internal void ReportScalarMapLoop(TextLocation location, string name) =>
        Error(DiagnosticIds.ScalarMismatch, location, $"{name} has no explicit keys (scalar map), and cannot be used for iteration");

    internal void ReportLoopMapType(TextLocation location, BpfType type) =>
        Error(DiagnosticIds.InvalidOperand, location, $"Loop expression does not support type: {type}");

    internal void ReportLoopRange(TextLocation location, string end) =>
        Error(DiagnosticIds.InvalidOperand, location, $"Loop range requires an integer for the {end} value");

    internal void ReportInvalidKey(TextLocation location, string message) =>
        Error(DiagnosticIds.InvalidKey, location, message);

    internal void ReportInvalidCondition(TextLocation location, string kind) =>
        Error(DiagnosticIds.InvalidCondition, location, $"Invalid condition: {kind}");

    internal void ReportBranchTypes(TextLocation location, BpfType left, BpfType right) =>
        Error(DiagnosticIds.BranchTypes, location, $"Branches must return the same type or compatible types: have '{left}' and '{right}'");

    internal void ReportAggregateInTuple(TextLocation location, BpfType type, string what) =>
        Error(DiagnosticIds.AggregateInTuple, location, $"Map type {type} cannot exist inside a {what}.");

    internal void ReportReturnType(TextLocation location, BpfType type) =>
        Error(DiagnosticIds.ReturnType, location, $"Probe return values can only be integers. Found {type}");

    internal void ReportInvalidOperand(TextLocation location, string message) =>
        Error(DiagnosticIds.InvalidOperand, location, message);

    internal void ReportIndexOutOfBounds(TextLocation location, Int128 index, int count) =>
        Error(DiagnosticIds.IndexOutOfBounds, location, $"the index {index} is out of bounds for array of size {count}");

    internal void ReportInvalidCast(TextLocation location, string message) =>
        Error(DiagnosticIds.InvalidCast, location, message);

    internal void ReportUnnecessaryCast(TextLocation location, BpfType type) =>
        Warning(DiagnosticIds.UnnecessaryCast, location, $"Unnecessary cast: expression is already of type {type}");

    internal void ReportNarrowing(TextLocation location, BpfType type, BpfType target) =>
        Warning(DiagnosticIds.Narrowing, location, $"Expression of type: {type} being cast to type: {target}. This may cause unexpected results. Use an explicit cast to suppress this warning.");

    internal void ReportSignedDivision(TextLocation location, string op) =>
        Warning(DiagnosticIds.SignedDivision, location, $"signed operands for '{op}' can lead to undefined behavior (cast to unsigned to silence warning)");

    internal void ReportAddressSpaceMismatch(TextLocation location) =>
        Warning(DiagnosticIds.AddressSpaceMismatch, location, "Addrspace mismatch");

    internal void ReportTypesDoNotSettle(TextLocation location) =>
        Error(DiagnosticIds.UnresolvedType, location, "The types of this program do not settle: a variable's or map's type depends on itself");

    internal void ReportMapAssignmentInType(TextLocation location, string function) =>
        Error(DiagnosticIds.InvalidOperand, location, $"Map assignments not allowed inside of {function}");

    internal void ReportComptime(TextLocation location) =>
        Error(DiagnosticIds.NotComptime, location, "Unable to resolve comptime expression");

    internal void ReportComparedTypes(TextLocation location, BinaryOperatorKind op, TextLocation left, BpfType leftType, TextLocation right, BpfType rightType) =>
        Add(new Diagnostic(DiagnosticIds.ComparedTypes, DiagnosticSeverity.Error, $"Type mismatch for '{SyntaxFacts.GetText(op)}': comparing {leftType} with {rightType}", location)
        {
            Notes = [new DiagnosticNote($"left ({leftType})", left), new DiagnosticNote($"right ({rightType})", right)],
        });

    internal void ReportDistinctPointers(TextLocation location, TextLocation left, BpfType leftType, TextLocation right, BpfType rightType) =>
        Add(new Diagnostic(DiagnosticIds.DistinctPointers, DiagnosticSeverity.Warning, $"comparison of distinct pointer types: {leftType}, {rightType}", location)
        {
            Notes = [new DiagnosticNote($"left ({leftType})", left), new DiagnosticNote($"right ({rightType})", right)],
        });

    /// <summary>How each aggregation is called.</summary>
    private static string AggregateHint(AggregateType type) => type.Kind switch
    {
        AggregateKind.Count => "count()",
        AggregateKind.Sum => "sum(retval)",
        AggregateKind.Min => "min(retval)",
        AggregateKind.Max => "max(retval)",
        AggregateKind.Avg => "avg(retval)",
        AggregateKind.Hist => "hist(retval)",
        AggregateKind.LHist => "lhist(rand %10, 0, 10, 1)",
        AggregateKind.TSeries => "tseries(rand %10, 10s, 1)",
        _ => "stats(arg2)",
    };
}
