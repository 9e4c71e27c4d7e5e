using System.Text.RegularExpressions;
using OpenSora.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Architecture.Tests;

/// <summary>
/// TorchSharp does not hold numbers while torch has them: a collection may free one that torch has not read yet. OpenSora.Torch.Arithmetic
/// holds them, and nobody else gives torch any.
/// </summary>
public sealed partial class HeldNumberTests
{
    private static readonly ILookup<string, string> s_torchSharp = AssemblyCode.Read(Path.Combine(AppContext.BaseDirectory, "TorchSharp.dll"));

    /// <summary>Methods of TorchSharp that make numbers of their own, or call others that do.</summary>
    private static readonly HashSet<string> s_makers = Makers();

    [Theory]
    [InlineData("OpenSora.Torch")]
    [InlineData("OpenSora.Inference")]
    [InlineData("OpenSora.Parallel")]
    [InlineData("OpenSora.Card")]
    [InlineData("OpenSora.DemoModel")]
    [InlineData("OpenSora.Benchmarks")]
    public void Torch_gets_numbers_that_are_held(string assembly)
    {
        string configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        ILookup<string, string> code = AssemblyCode.Read(Path.Combine(Repository.Root, "artifacts", "bin", assembly, configuration, assembly + ".dll"));

        string[] holders = assembly switch
        {
            "OpenSora.Torch" => ["Arithmetic.", "Number."],
            "OpenSora.Benchmarks" => ["ForwardBenchmark."], // a traced module gets tensors only
            _ => [],
        };

        string[] unheld =
        [
            .. Unheld(code).Where(call => !holders.Any(holder => call.Method.StartsWith(holder, StringComparison.Ordinal))).Select(call =>
                $"{assembly}: {call.Method} calls {call.Called}, where torch may read a number that is freed. "
                + "Remedy: OpenSora.Torch.Arithmetic, e.g. x.Plus(y) and x.Times(0.5); what it lacks goes there"),
        ];

        Assert.Contains(code.SelectMany(called => called), s_torchSharp.Contains);
        Assert.True(unheld.Length == 0, string.Join(Environment.NewLine, unheld));
    }

    [Fact]
    public void Numbers_that_are_not_held_are_found()
    {
        List<(string Method, string Called)> found = [.. Unheld(AssemblyCode.Read(typeof(HeldNumberTests).Assembly.Location))];

        Assert.All(found, call => Assert.StartsWith($"{nameof(HeldNumberTests)}.{nameof(Careless)}.", call.Method, StringComparison.Ordinal));
        Assert.Equal(
            [
                "Scalar.op_Implicit(Int32)",
                "TensorExtensionMethods.ToSingle(torch.Tensor)",
                "torch.Tensor.clamp(Scalar, Scalar)",
                "torch.Tensor.op_Addition(torch.Tensor, torch.Tensor)",
                "torch.Tensor.op_Multiply(torch.Tensor, Double)",
                "torch.Tensor.op_Subtraction(torch.Tensor, Single)",
                "torch.Tensor.square()",
            ],
            found.Select(call => call.Called).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<(string Method, string Called)> Unheld(ILookup<string, string> code) =>
        from method in code
        from called in method
        where s_torchSharp.Contains(called) && (s_makers.Contains(called) || Number().IsMatch(called))
        select (method.Key, called);

    private static HashSet<string> Makers()
    {
        HashSet<string> makers = ["Scalar..ctor(IntPtr)"];
        while (s_torchSharp.Where(method => !makers.Contains(method.Key) && method.Any(makers.Contains)).Select(method => method.Key).ToList() is { Count: > 0 } more)
            makers.UnionWith(more);
        return makers;
    }

    [GeneratedRegex(@"\bScalar\b")]
    private static partial Regex Number();

    private static class Careless
    {
        public static Tensor Product(Tensor x) => x * 0.5;

        public static Tensor Sum(Tensor x, Tensor y) => x + y;

        public static Tensor Square(Tensor x) => x.square();

        public static Tensor Limited(Tensor x) => x.clamp(0, 1);

        public static float Value(Tensor x) => x.ToSingle();

        public static Func<Tensor, Tensor> Later() => x => x - 0.5f;
    }

    /// <summary>These give torch no numbers but sizes and indices, which travel by value.</summary>
    private static class Careful
    {
        public static Tensor Difference(Tensor x, Tensor y) => x - y;

        public static Tensor Mean(Tensor x, Tensor y) => (x[0] * y).mean([0], keepdim: true);

        public static float Value(Tensor x) => x.item<float>();
    }
}
