namespace BpfTrace.Language.Diagnostics;

/// <summary>Stable identifiers of all diagnostics, one partial file per phase. They are PowerShell error ids: never renamed.</summary>
public static partial class DiagnosticIds
{
}
