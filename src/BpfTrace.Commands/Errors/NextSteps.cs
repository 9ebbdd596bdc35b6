using BpfTrace.Language.Diagnostics;

namespace BpfTrace.Commands.Errors;

/// <summary>What to do about an error, by its id: PowerShell shows it below the message. A diagnostic's own hint, which knows the case, goes before it.</summary>
internal static class NextSteps
{
    private const string Language = "Get-Help about_BpfTrace_Language has the language; Test-BpfScript tries a program without running it.";
    private const string Functions = "Get-Help about_BpfTrace_Language has the functions with their arguments.";
    private const string Types = "The types of a script's events and maps: Test-BpfScript -Detailed. A cast makes one of another: (uint64)$x.";
    private const string MapsAndKeys = "Give each map one kind of key and value throughout the script, or use another map.";
    private const string Probes = "Get-BpfProbe lists the probes there are: Get-BpfProbe '*open*'.";
    private const string Imports = "An import names a file beside the script, or in a directory of -IncludePath.";
    private const string Kernel = "Get-BpfCapability says what this kernel and this user can do, and what is missing.";
    private const string Smaller = "Make the script smaller: fewer or shorter strings, no unroll, a loop with a fixed bound, one probe at a time. Test-BpfScript -Detailed shows each program's size.";
    private const string Troubleshooting = "Get-Help about_BpfTrace_Troubleshooting says what to look at.";
    private const string Path = "Get-ChildItem lists what is there; in -Path the characters [ ] * ? are wildcards, in -LiteralPath they are not.";
    private const string Writing = "Check with Get-Item that the directory exists, that you may write to it and that the disk is not full.";

    /// <summary>A sentence; what helps with anything where nothing more is known of the id.</summary>
    public static string For(string id) => Known(id) ?? Troubleshooting;

    /// <summary>The sentence for an id; null for one that has none.</summary>
    private static string? Known(string id) => OfScript(id) ?? OfProbes(id) ?? OfRun(id) ?? OfCommand(id);

    private static string? OfScript(string id) => id switch
    {
        DiagnosticIds.SyntaxError or DiagnosticIds.UnterminatedString or DiagnosticIds.UnterminatedComment or DiagnosticIds.InvalidEscape
            or DiagnosticIds.InvalidInteger or DiagnosticIds.InvalidAttachPointParameter or DiagnosticIds.JumpOutsideLoop or DiagnosticIds.UnrollRange
            or DiagnosticIds.Unreachable or DiagnosticIds.DeprecatedFeature or DiagnosticIds.DeprecatedForm or DiagnosticIds.UnstableFeature => Language,
        DiagnosticIds.InvalidCharacter => "Save the script as UTF-8 text.",
        DiagnosticIds.NestingTooDeep or DiagnosticIds.MacroTooLarge => "Take parts of the expression into variables or macros of their own.",
        DiagnosticIds.UnknownFunction or DiagnosticIds.ArgumentCount or DiagnosticIds.ArgumentType or DiagnosticIds.ArgumentRange or DiagnosticIds.LiteralRequired
            or DiagnosticIds.MapExpected or DiagnosticIds.FormatMismatch or DiagnosticIds.NotPrintable or DiagnosticIds.StatsLimits or DiagnosticIds.PrintInLoop
            or DiagnosticIds.LengthShortened or DiagnosticIds.Debugf => Functions,
        DiagnosticIds.UnknownIdentifier or DiagnosticIds.UndefinedVariable or DiagnosticIds.UndefinedMap or DiagnosticIds.UnresolvedType or DiagnosticIds.AlreadyDeclared
            or DiagnosticIds.NeverAssigned or DiagnosticIds.ProbeScope or DiagnosticIds.UsedBeforeAssigned or DiagnosticIds.UnusedMap =>
            "A string is in double quotes; a variable $x and a map @x begin with the first assignment in their block or script; completion (Tab) lists the builtins.",
        DiagnosticIds.UnknownType or DiagnosticIds.CDefinition or DiagnosticIds.HeaderSkipped =>
            "Get-BpfProbe 'struct *NAME*' lists the kernel's types; others come with #include, -Include and -IncludePath.",
        DiagnosticIds.UnknownField => "Get-BpfProbe 'struct NAME' -IncludeParameter shows a structure's fields, Get-BpfProbe PROBE -IncludeParameter a probe's arguments.",
        DiagnosticIds.UnknownSymbol => "Look the name up in /proc/kallsyms, or with Get-BpfProbe -Path for a binary's.",
        DiagnosticIds.NotSupported => Kernel,
        DiagnosticIds.InvalidMapType or DiagnosticIds.MapTypeConflict or DiagnosticIds.KeyMismatch or DiagnosticIds.AggregateParameters or DiagnosticIds.ScalarMismatch
            or DiagnosticIds.NotAssignedToMap or DiagnosticIds.InvalidKey or DiagnosticIds.AggregateCopy or DiagnosticIds.AggregateInTuple => MapsAndKeys,
        DiagnosticIds.TypeMismatch or DiagnosticIds.NotAssignable or DiagnosticIds.InvalidDeclarationType or DiagnosticIds.InvalidOperand or DiagnosticIds.InvalidCondition
            or DiagnosticIds.BranchTypes or DiagnosticIds.ReturnType or DiagnosticIds.IndexOutOfBounds or DiagnosticIds.InvalidCast or DiagnosticIds.UnnecessaryCast
            or DiagnosticIds.Narrowing or DiagnosticIds.SignedDivision or DiagnosticIds.AddressSpaceMismatch or DiagnosticIds.NotComptime or DiagnosticIds.ComparedTypes
            or DiagnosticIds.DistinctPointers or DiagnosticIds.LiteralOverflow or DiagnosticIds.ValueDiscarded or DiagnosticIds.SubprogramReturn => Types,
        DiagnosticIds.StringTooLong or DiagnosticIds.AlwaysEmpty => "Longer strings: -Config @{ max_strlen = 256 }.",
        DiagnosticIds.UnsafeFunction => "-Unsafe permits it, when you know what the script does.",
        DiagnosticIds.ScriptFailure => "The script itself asks for this: read the condition at that place.",
        DiagnosticIds.MacroArguments or DiagnosticIds.RecursiveMacro or DiagnosticIds.SubprogramRedefined or DiagnosticIds.RecursiveSubprogram =>
            "Get-Help about_BpfTrace_Language has macros and functions of a script.",
        DiagnosticIds.NamedParameter or DiagnosticIds.NamedParameterValue or DiagnosticIds.UnexpectedNamedParameters =>
            "The script's getopt() calls name its parameters; they are given as -NamedArgument @{ name = value }.",
        DiagnosticIds.EmptyParameter => "Positional parameters are given in order: -ArgumentList first, second.",
        DiagnosticIds.InvalidConfig or DiagnosticIds.ConfigNoEffect or DiagnosticIds.ConfigRenamed => "Get-Help about_BpfTrace_Language has the settings and their values.",
        DiagnosticIds.ImportNotFound or DiagnosticIds.ImportUnreadable or DiagnosticIds.ImportType or DiagnosticIds.ConfigInImport or DiagnosticIds.ImportCode
            or DiagnosticIds.ImportedC or DiagnosticIds.CFunctionNotCallable or DiagnosticIds.StatementImport => Imports,
        DiagnosticIds.ImportWritableByAll => "Take the right to write from others: chmod o-w on the file and its directory.",
        _ => null,
    };

    private static string? OfProbes(string id) => id switch
    {
        DiagnosticIds.InvalidProbeType or DiagnosticIds.InvalidAttachPoint or DiagnosticIds.ProbeNotFound or DiagnosticIds.NoAttachPoints or DiagnosticIds.NoProbes
            or DiagnosticIds.SeveralBinaries => Probes,
        DiagnosticIds.DangerousFunction => "Take another function: Get-BpfProbe lists those near it.",
        DiagnosticIds.DuplicateProbeName => "Give each test and benchmark a name of its own.",
        DiagnosticIds.TooManyProbes => "Narrow the wildcard (Get-BpfProbe counts what it stands for), or raise the limit: -Config @{ max_probes = 4096 }.",
        DiagnosticIds.TooManyPrograms => "Narrow the wildcard, or raise the limit: -Config @{ max_bpf_progs = 4096 }.",
        DiagnosticIds.NotInProbe or DiagnosticIds.ArgumentsUnknown or DiagnosticIds.StackArgument => "Get-BpfProbe PROBE -IncludeParameter shows what a probe has.",
        DiagnosticIds.NoDebugInformation or DiagnosticIds.DebugInformationIncomplete => "Install the binary's debug symbols, or name their directory with -DebugInfoPath.",
        DiagnosticIds.NoChildCommand => "-Command 'PROGRAM ARGUMENTS' starts the child whose id cpid is.",
        DiagnosticIds.BuildIdFallback => "User stacks have build ids: ustack(build_id).",
        _ => null,
    };

    private static string? OfRun(string id) => id switch
    {
        SessionDiagnosticIds.LostEvents or SessionDiagnosticIds.TotalLostEvents =>
            "Filter in the script rather than behind it, count in maps, or give the buffer more room: -Config @{ perf_rb_pages = 4096 }.",
        SessionDiagnosticIds.MissedProbes => "Attach to fewer or less busy functions.",
        SessionDiagnosticIds.StatisticsUnavailable or SessionDiagnosticIds.MissingPrivilege or SessionDiagnosticIds.KernelLacksFeature or SessionDiagnosticIds.HelperNotAllowed => Kernel,
        SessionDiagnosticIds.LlvmNotFound => "Install LLVM's library: apt-get install libllvm19.",
        SessionDiagnosticIds.StackLimitExceeded or SessionDiagnosticIds.ProgramTooComplex or SessionDiagnosticIds.ProgramTooLarge or SessionDiagnosticIds.LoopNotBounded => Smaller,
        SessionDiagnosticIds.VerifierRejected => "$Error[0].Exception.Diagnostic.Details has what the kernel said; Test-BpfScript tries a changed script without attaching it.",
        SessionDiagnosticIds.TracerFailed or SessionDiagnosticIds.LlvmFailed or SessionDiagnosticIds.LoadFailed or SessionDiagnosticIds.AttachFailed
            or SessionDiagnosticIds.RuntimeError => Troubleshooting,
        SessionDiagnosticIds.ClangFailed => "Install libclang (apt-get install libclang1-19), and check the script's #include and struct lines.",
        SessionDiagnosticIds.CommandFailed => "Get-Command finds a program on PATH; one in this directory is ./NAME.",
        SessionDiagnosticIds.NoSuchProcess => "Get-Process lists the processes that run.",
        SessionDiagnosticIds.NoUnwindTarget => "Name the processes: -ProcessId, -Command or -DwarfProcessId.",
        SessionDiagnosticIds.NoUnwindTable => "Take ustack() in place of dw_ustack(), or binaries with call frame information.",
        SessionDiagnosticIds.InvalidProbeFilter => "-ProbeFilter takes a regular expression, not a wildcard: 'open.*' finds what '*open*' would.",
        SessionDiagnosticIds.RecordingFailed => Writing + " Two traces cannot record to one file.",
        SessionDiagnosticIds.ScriptError or SessionDiagnosticIds.ScriptWarning => "The script itself says so: read errorf() and warnf() at that place.",
        SessionDiagnosticIds.ActionFailed => "Check that the file or command the script names is there and may be used.",
        _ => null,
    };

    private static string? OfCommand(string id) => id switch
    {
        "ScriptFileNotFound" or "PathNotFound" or "FileNotFound" or "RecordingNotFound" => Path,
        "PathNotInFileSystem" => "Give a path of the file system, such as ./NAME or /tmp/NAME.",
        "PathIsDirectory" => "Give the name of a file in it.",
        "ScriptFileUnreadable" or "RecordingNotRead" => "Check with Get-Item that it is a file and that you may read it.",
        "ScriptFileNotWritten" or "FileNotWritten" => Writing,
        "NoClobber" => "Leave -NoClobber out to overwrite it, or choose another name.",
        "RecordingOfAnother" => "Run each with its own file: ForEach-Object { Invoke-BpfTool $_.Path -RecordPath \"$($_.Name).bpfrec\" }.",
        "CannotAppendColumns" => "-Force adds the columns that the file has; another -Path begins a new file.",
        "InvalidDelimiter" => "-Delimiter ';' is for spreadsheets of languages with a decimal comma, -Delimiter \"`t\" for tabs.",
        "NoColumns" => "Pipe objects with properties: events, maps' entries, Select-Object's.",
        "RecordingTruncated" => "What was read before is complete. A trace that ends by itself or by Stop-BpfTrace writes the whole file.",
        "InvalidRecording" => "Import-BpfTrace reads what Start-BpfTrace -RecordPath wrote; check that it is that file.",
        "CapabilityNotFound" => "Get-BpfCapability without a name lists them.",
        "ParametersExclude" => "Get-Help Test-BpfScript -Parameter * says what each does.",
        "ArgumentsTwice" => "Leave -ArgumentList out, or give all values by it.",
        "MapNotRead" => "Get-BpfTrace tells whether the trace still runs; the maps of the latest ended ones stay readable.",
        "NothingToDraw" => "Stacks come of kstack and ustack as keys of a map or values of an event; charts of hist(), lhist() and tseries().",
        _ => null,
    };
}
