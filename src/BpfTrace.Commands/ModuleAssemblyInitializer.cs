using System.Collections.Immutable;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace BpfTrace.Commands;

/// <summary>
/// Keeps other people's assemblies to ourselves: those in <c>dependencies/</c>, and the assemblies of ours that use them, are
/// loaded into a context of their own, so that the module works beside modules that bring other versions of them, in either order.
/// </summary>
/// <remarks>
/// An assembly that uses a dependency cannot stay in the default context: there a newer version that another module has loaded
/// would be taken for the one asked for. No type of this assembly may derive from one in <c>dependencies/</c> or hold one as a
/// structure: the engine loads all types before <see cref="OnImport"/> runs.
/// </remarks>
public sealed class ModuleAssemblyInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly DependencyLoadContext s_dependencies = new(Path.GetDirectoryName(typeof(ModuleAssemblyInitializer).Assembly.Location)!);

    /// <summary>Called by the engine when the module is imported.</summary>
    public void OnImport()
    {
        // Removed first: -Force imports again without a removal in between.
        AssemblyLoadContext.Default.Resolving -= Resolve;
        AssemblyLoadContext.Default.Resolving += Resolve;
    }

    /// <summary>
    /// Called by the engine when the module is removed: ends every trace it still runs, as <c>Stop-BpfTrace</c> would. A trace that
    /// has not ended in a second (its pipeline may be the one that removes the module) is aborted.
    /// </summary>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        ImmutableArray<TraceSession> running = SessionRegistry.Running;
        foreach (TraceSession session in running)
            session.RequestStop();
        long deadline = Environment.TickCount64 + 1000;
        foreach (TraceSession session in running)
        {
            if (!session.WaitForEnd(TimeSpan.FromMilliseconds(Math.Max(0, deadline - Environment.TickCount64))))
                session.Abort();
        }

        AssemblyLoadContext.Default.Resolving -= Resolve;
    }

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) => s_dependencies.LoadOwn(name);

    private sealed class DependencyLoadContext(string module) : AssemblyLoadContext("BpfTrace.Dependencies")
    {
        // Only exactly what lies in the directory: another module's request for another version is not ours to answer.
        public Assembly? LoadOwn(AssemblyName name) => Find(Path.Combine(module, "dependencies"), name) is { } path ? LoadFromAssemblyPath(path) : null;

        // What is not isolated is shared with the cmdlets.
        protected override Assembly? Load(AssemblyName assemblyName) =>
            LoadOwn(assemblyName) ?? (Find(module, assemblyName) is { } path ? Default.LoadFromAssemblyPath(path) : null);

        private static string? Find(string directory, AssemblyName name)
        {
            string path = Path.Combine(directory, name.Name + ".dll");
            return File.Exists(path) && AssemblyName.GetAssemblyName(path).FullName == name.FullName ? path : null;
        }
    }
}
