using System.Collections.Immutable;
using BpfTrace.Language.Symbols;

namespace BpfTrace.Language.CDefinitions;

/// <summary>
/// A C compiler's front end, which reads headers and whatever the binder's own reader of declarations does not know. The language asks; the compiler
/// layer answers through libclang. Nothing is loaded before the first question.
/// </summary>
public interface ICFrontEnd
{
    /// <summary>Why there is no front end, and what to install; null when there is one.</summary>
    string? WhyMissing { get; }

    /// <summary>Reads a text. What is wrong with it comes as the unit's diagnostics. Only where <see cref="WhyMissing"/> is null.</summary>
    /// <param name="input">The text and what it may include.</param>
    /// <param name="types">What a name means that the text does not define.</param>
    ICUnit Parse(CInput input, IKernelTypeNames types);
}

/// <summary>What a C front end reads.</summary>
/// <param name="Text">The C text; one character is one byte.</param>
/// <param name="KernelStubs">C text that stands for kernel types, read before it: see <see cref="IKernelTypeNames"/>.</param>
public sealed record CInput(string Text, string KernelStubs)
{
    /// <summary>The name of a stub's only member: a structure with it is the kernel's of the same name.</summary>
    public const string StubMember = "__bpftrace_kernel_type";

    /// <summary>Directories to look for included files first.</summary>
    public ImmutableArray<string> IncludePaths { get; init; } = [];

    /// <summary>Directories where <c>#include "…"</c> looks before those: of the script.</summary>
    public ImmutableArray<string> QuotePaths { get; init; } = [];

    /// <summary>Files included before the text.</summary>
    public ImmutableArray<string> Includes { get; init; } = [];

    /// <summary>Macros, as <c>NAME</c> or <c>NAME=VALUE</c>.</summary>
    public ImmutableArray<string> Defines { get; init; } = [];
}

/// <summary>The types of the kernel, for what C text refers to and does not define.</summary>
public interface IKernelTypeNames
{
    /// <summary>A structure or union by tag; null when the kernel has none.</summary>
    StructType? FindKernelStruct(string name, bool isUnion);

    /// <summary>An enum by tag; null when the kernel has none.</summary>
    EnumType? FindKernelEnum(string name);

    /// <summary>A type by its plain name; null when there is none.</summary>
    BpfType? FindKernelNamed(string name);
}

/// <summary>A text that was read. It keeps the front end's tree for as long as its types are in use.</summary>
public interface ICUnit : IDisposable
{
    /// <summary>What is wrong with it, in the order it was found.</summary>
    ImmutableArray<CDiagnostic> Diagnostics { get; }

    /// <summary>A structure or union the text defines; null also for one that is only declared or stands for the kernel's.</summary>
    StructType? FindStruct(string name, bool isUnion);

    /// <summary>An enum the text defines.</summary>
    EnumType? FindEnum(string name);

    /// <summary>A typedef of the text.</summary>
    BpfType? FindTypedef(string name);

    /// <summary>A constant of an enum: the enum and the value.</summary>
    (EnumType Type, long Value)? FindConstant(string name);

    /// <summary>A macro, whichever file it is from; null when there is none.</summary>
    CMacro? FindMacro(string name);
}

/// <summary>How bad a <see cref="CDiagnostic"/> is.</summary>
public enum CSeverity
{
    /// <summary>The text was read as its author meant it.</summary>
    Warning,

    /// <summary>A part of it could not be read.</summary>
    Error,
}

/// <summary>A message of the C front end, in its words.</summary>
/// <param name="Severity">Error or warning.</param>
/// <param name="Message">The message, without place and severity.</param>
/// <param name="Offset">Where in <see cref="CInput.Text"/>; of a message about an included file, where that is included. -1 when it is neither.</param>
/// <param name="File">The included file it is about; empty for the text itself.</param>
/// <param name="Line">The line in that file, from 1.</param>
/// <param name="Note">Where something else that matters is ("previous definition is here"), as text; null for none.</param>
public sealed record CDiagnostic(CSeverity Severity, string Message, int Offset, string File, int Line, string? Note);

/// <summary>A macro of the C preprocessor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Its parameters; default for a macro that takes none.</param>
/// <param name="Text">What it stands for.</param>
public sealed record CMacro(string Name, ImmutableArray<string> Parameters, string Text)
{
    /// <summary>Whether it is used like a function.</summary>
    public bool IsFunctionLike => !Parameters.IsDefault;
}
