using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace BpfTrace.Commands;

/// <summary>
/// Keeps other people's assemblies to ourselves: those in <c>dependencies/</c> are loaded into a context of their own, so that
/// the module works beside modules that bring other versions of them, in either order.
/// </summary>
/// <remarks>
/// Nothing in the public surface of this assembly may mention a type of a dependency: the engine reflects over it before
/// <see cref="OnImport"/> runs.
/// </remarks>
public sealed class ModuleAssemblyInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly DependencyLoadContext s_dependencies = new(
        Path.Combine(Path.GetDirectoryName(typeof(ModuleAssemblyInitializer).Assembly.Location)!, "dependencies"));

    /// <summary>Called by the engine when the module is imported.</summary>
    public void OnImport()
    {
        // Removed first: -Force imports again without a removal in between.
        AssemblyLoadContext.Default.Resolving -= Resolve;
        AssemblyLoadContext.Default.Resolving += Resolve;
    }

    /// <summary>Called by the engine when the module is removed: ends every trace it still runs.</summary>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        foreach (TraceSession session in SessionRegistry.Running)
        {
            session.Dispose();
        }

        AssemblyLoadContext.Default.Resolving -= Resolve;
    }

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name) => s_dependencies.LoadOwn(name);

    private sealed class DependencyLoadContext(string directory) : AssemblyLoadContext("BpfTrace.Dependencies")
    {
        // Only exactly what lies in the directory: another module's request for another version is not ours to answer.
        public Assembly? LoadOwn(AssemblyName name)
        {
            string path = Path.Combine(directory, name.Name + ".dll");
            return File.Exists(path) && AssemblyName.GetAssemblyName(path).FullName == name.FullName
                ? LoadFromAssemblyPath(path)
                : null;
        }

        protected override Assembly? Load(AssemblyName assemblyName) => LoadOwn(assemblyName);
    }
}
