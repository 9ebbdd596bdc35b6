using System.Management.Automation;
using System.Management.Automation.Language;
using BpfTrace.Commands.Tools;
using BpfTrace.Language.Text;

namespace BpfTrace.Commands.Completion;

/// <summary>The program whose events come down a pipeline that is being typed, as far as that is to be read without running anything.</summary>
internal static class PipelineSource
{
    // What people write is smaller by far; a completion must not read a disk.
    private const long LargestFile = 1 << 20;

    /// <summary>The program of a Start-BpfTrace or Invoke-BpfTool; null where it is not known.</summary>
    /// <param name="first">The pipeline's first command.</param>
    /// <param name="isTool">Whether it is a tool, whose headings are no events.</param>
    public static SourceText? Find(CommandAst first, out bool isTool)
    {
        string name = first.GetCommandName() ?? "";
        bool isStart = Is(name, "Start-BpfTrace");
        isTool = Is(name, "Invoke-BpfTool");
        if (!isStart && !isTool)
        {
            return null;
        }

        Dictionary<string, ParameterBindingResult> bound = StaticParameterBinder.BindCommand(first, resolve: true).BoundParameters;
        if (bound.ContainsKey("AsJob") || bound.ContainsKey("AsText"))
        {
            return null;
        }

        if (isTool)
        {
            return Text(bound, "Name") is { } tool && (!bound.ContainsKey("Path") || Text(bound, "Path") is not null)
                ? Read(ToolPath.Find(new System.Management.Automation.SessionState().Path, tool, Text(bound, "Path") is { } path ? [path] : null))
                : null;
        }

        return Text(bound, "Script") is { } program ? new SourceText(program, "script")
            : Text(bound, "Path") is { } file && !WildcardPattern.ContainsWildcardCharacters(file) ? Read(ToolPath.FullPath(new System.Management.Automation.SessionState().Path, file))
            : Text(bound, "LiteralPath") is { } literal ? Read(ToolPath.FullPath(new System.Management.Automation.SessionState().Path, literal))
            : null;
    }

    private static bool Is(string name, string cmdlet) =>
        name.Equals(cmdlet, StringComparison.OrdinalIgnoreCase) || name.Equals(@"BpfTrace\" + cmdlet, StringComparison.OrdinalIgnoreCase);

    /// <summary>A parameter's text: written out, or a variable's that was given it before.</summary>
    private static string? Text(Dictionary<string, ParameterBindingResult> bound, string parameter) =>
        !bound.TryGetValue(parameter, out ParameterBindingResult? given) ? null
        : given.ConstantValue as string ?? (given.Value is VariableExpressionAst variable ? Text(variable) : null);

    /// <summary>
    /// The text of a variable: the last assignment before it in what is being typed, where that is one of plain text; without an assignment its value in the session.
    /// </summary>
    private static string? Text(VariableExpressionAst variable)
    {
        Ast root = variable;
        while (root.Parent is not null)
        {
            root = root.Parent;
        }

        AssignmentStatementAst? last = null;
        foreach (Ast found in root.FindAll(ast => ast is AssignmentStatementAst && ast.Extent.EndOffset <= variable.Extent.StartOffset, searchNestedScriptBlocks: true))
        {
            var assignment = (AssignmentStatementAst)found;
            Ast target = assignment.Left is ConvertExpressionAst typed ? typed.Child : assignment.Left;
            if (target is VariableExpressionAst { VariablePath.UserPath: { } path } && path.Equals(variable.VariablePath.UserPath, StringComparison.OrdinalIgnoreCase))
            {
                last = assignment;
            }
        }

        if (last is not null)
        {
            return last is { Operator: TokenKind.Equals, Right: CommandExpressionAst { Expression: StringConstantExpressionAst { Value: var text } } } ? text : null;
        }

        return InSession(variable.VariablePath.UserPath);
    }

    private static string? InSession(string variable)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand("Microsoft.PowerShell.Utility\\Get-Variable").AddParameter("Name", WildcardPattern.Escape(variable)).AddParameter("Scope", "Global").AddParameter("ErrorAction", "Ignore");
        try
        {
            return shell.Invoke() is [{ BaseObject: PSVariable { Value: var value } }] ? (value is PSObject wrapped ? wrapped.BaseObject : value) as string : null;
        }
        catch (RuntimeException)
        {
            return null; // a runspace without that command
        }
    }

    private static SourceText? Read(string? file)
    {
        try
        {
            return file is not null && ScriptTools.Exists(file) && new FileInfo(file) is { Length: > 0 and <= LargestFile } ? SourceText.FromFile(file) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
