using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Embedded.Activations;

/// <summary>Finds the classes of grains, in every loaded assembly that knows of Orleans.</summary>
internal sealed class GrainClasses
{
    private readonly ConcurrentDictionary<Assembly, GrainClass[]> assemblies = new();
    private readonly ConcurrentDictionary<(Type Interface, string? Prefix), GrainClass> implementing = new();
    private readonly ConcurrentDictionary<GrainType, GrainClass> named = new();

    private static string Own { get; } = typeof(GrainClasses).Assembly.GetName().Name!;

    /// <summary>The class behind an interface. Of several the one that is named after it, or the one that the prefix begins.</summary>
    /// <exception cref="ArgumentException">There is none, or more than one.</exception>
    public GrainClass Implementing(Type interfaceType, string? prefix) => implementing.GetOrAdd((interfaceType, prefix), key =>
    {
        GrainClass[] found = [.. All().Where(candidate => key.Interface.IsAssignableFrom(candidate.Class)
            && (key.Prefix is null || candidate.Class.FullName!.StartsWith(key.Prefix, StringComparison.Ordinal)))];
        GrainClass[] chosen = found.Length > 1 ? [.. found.Where(candidate => "I" + candidate.Class.Name == key.Interface.Name)] : found;
        return chosen is [GrainClass only]
            ? only
            : throw new ArgumentException(found.Length == 0
                ? $"Could not find an implementation for interface {key.Interface}."
                : $"{key.Interface} has several implementations, {string.Join(", ", found.Select(candidate => candidate.Class))}: "
                    + "give the beginning of a class's name.");
    });

    /// <exception cref="ArgumentException">No class has the name.</exception>
    public GrainClass Named(GrainType type) => named.GetOrAdd(type, key =>
        All().SingleOrDefault(candidate => candidate.Type == key) ?? throw new ArgumentException($"Could not find a grain's class for '{key}'."));

    private IEnumerable<GrainClass> All()
    {
        Assembly[] loaded = AppDomain.CurrentDomain.GetAssemblies();
        return loaded.Concat(NotYetLoaded(loaded)).SelectMany(assembly => assemblies.GetOrAdd(assembly, Classes));
    }

    /// <summary>An assembly of grains may be loaded by nothing but its interfaces' use: what the loaded ones reference is looked at, too.</summary>
    private static IEnumerable<Assembly> NotYetLoaded(Assembly[] loaded) =>
        from assembly in loaded.Where(MayHaveGrains)
        from reference in assembly.GetReferencedAssemblies()
        where loaded.All(other => other.GetName().Name != reference.Name)
        select TryLoad(reference) into found
        where found is not null
        select found;

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception error) when (error is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            return null; // a reference that nothing uses need not lie there
        }
    }

    private static bool MayHaveGrains(Assembly assembly) =>
        !assembly.IsDynamic && assembly.GetReferencedAssemblies().Any(reference => reference.Name == Own);

    private static GrainClass[] Classes(Assembly assembly) => MayHaveGrains(assembly)
        ? [.. from type in assembly.GetTypes()
              where type is { IsAbstract: false, IsGenericTypeDefinition: false } && typeof(IGrainBase).IsAssignableFrom(type)
              select new GrainClass(type)]
        : [];
}
