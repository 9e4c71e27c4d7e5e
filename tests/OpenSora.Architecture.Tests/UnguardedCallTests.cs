using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using OpenSora.TestKit;

namespace OpenSora.Architecture.Tests;

/// <summary>TorchSharp catches what torch throws, but for a few functions that end the process: nobody calls them.</summary>
public sealed class UnguardedCallTests
{
    /// <summary>By type and name; where an assembly is named, it checks what it passes.</summary>
    private static readonly Dictionary<(string Type, string Name), string?> s_unguarded = new()
    {
        [("torch", "matmul")] = null,
        [("Tensor", "matmul")] = null,
        [("torch", "cummax")] = null,
        [("Tensor", "cummax")] = null,
        [("torch", "cummin")] = null,
        [("Tensor", "cummin")] = null,
        [("autograd", "grad")] = null,
        [("Generator", "set_state")] = "OpenSora.Inference",
        [("torch", "set_rng_state")] = null,
        [("random", "set_rng_state")] = null,
    };

    [Theory]
    [InlineData("OpenSora.Torch")]
    [InlineData("OpenSora.Inference")]
    [InlineData("OpenSora.Parallel")]
    [InlineData("OpenSora.Card")]
    [InlineData("OpenSora.DemoModel")]
    public void Nothing_calls_what_ends_the_process(string assembly)
    {
        using PEReader file = new(File.OpenRead(Path.Combine(
            Repository.Root, "artifacts", "bin", assembly, Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), assembly + ".dll")));
        MetadataReader metadata = file.GetMetadataReader();
        List<(string Type, string Name)> calls = [];
        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            MemberReference member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference)
                calls.Add((metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name), metadata.GetString(member.Name)));
        }

        Assert.Contains(calls, call => call.Type is "Tensor" or "torch");
        Assert.DoesNotContain(calls, call => s_unguarded.TryGetValue(call, out string? checks) && checks != assembly);
    }
}
