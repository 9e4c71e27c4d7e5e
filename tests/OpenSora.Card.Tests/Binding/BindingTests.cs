using System.Reflection;
using System.Runtime.InteropServices;
using OpenSora.TestKit;

namespace OpenSora.Card.Tests.Binding;

/// <summary>Our library for other torches has every function that a card process can call, which the compiler sees only when it builds for such a torch.</summary>
public class BindingTests
{
    private static readonly string s_list = Path.Combine(Repository.Root, "src", "OpenSora.Torch", "native", "functions.txt");

    [Fact]
    public void The_list_has_what_a_card_process_can_call()
    {
        Assembly[] ours = [.. Ours(Assembly.Load("OpenSora.Card"), [])];
        IEnumerable<MethodBase> roots = ours.SelectMany(assembly => assembly.GetTypes()).SelectMany(
            type => type.GetMethods(Instructions.All).Cast<MethodBase>().Concat(type.GetConstructors(Instructions.All)));

        SortedSet<string> reached = new(
            CallGraph.From(roots, [typeof(TorchSharp.torch).Assembly, .. ours]).Select(Function).OfType<string>(), StringComparer.Ordinal);

        Assert.Equal([], reached.Except(File.ReadAllLines(s_list)));
        Assert.Contains("THSTensor_new", reached);
    }

    /// <summary>The function of the library that a method stands for; null for another method.</summary>
    private static string? Function(MethodBase method) =>
        method.GetCustomAttribute<DllImportAttribute>() is { Value: "LibTorchSharp" } import ? import.EntryPoint ?? method.Name : null;

    private static HashSet<Assembly> Ours(Assembly assembly, HashSet<Assembly> found)
    {
        if (found.Add(assembly))
            foreach (AssemblyName name in assembly.GetReferencedAssemblies().Where(name => name.Name!.StartsWith("OpenSora.", StringComparison.Ordinal)))
                Ours(Assembly.Load(name), found);
        return found;
    }
}
