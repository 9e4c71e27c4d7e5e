using System.Runtime.InteropServices;

namespace OpenSora.Torch.Tests.Runtime;

[Collection(nameof(OnThread))]
public class TorchEnvironmentTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Threads_are_set_on_each_thread(int threads)
    {
        int found = 0;
        Thread thread = new(() =>
        {
            TorchEnvironment.Initialize(threads);
            found = TorchEnvironment.Threads;
        });
        thread.Start();
        thread.Join();

        Assert.Equal(threads, found);
    }

    [Fact]
    public void No_threads_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => TorchEnvironment.Initialize(0));

    [Fact]
    public void One_line_names_torch_the_blas_and_their_instruction_sets()
    {
        Assert.Equal("2.10.0", TorchEnvironment.Version);
        Assert.Matches("^torch 2[.]10[.]0 (DEFAULT|AVX2|AVX512), MKL [0-9.]+ (generic|AVX2?|AVX512).*, [0-9]+ threads?$", TorchEnvironment.Describe());
        Assert.DoesNotMatch("^$|unknown", TorchEnvironment.Processor);
    }

    /// <summary>It works where a machine tells its caches: two machines with one processor would make other bytes.</summary>
    [Fact]
    public unsafe void Convolutions_are_made_without_nnpack()
    {
        TorchEnvironment.Initialize(1);
        nint torch = TorchLibraries.Loaded.Kernels;
        Assert.True(Nnpack.DoWithout(torch));
        nint context = ((delegate* unmanaged<nint>)NativeLibrary.GetExport(torch, "_ZN2at13globalContextEv"))();
        Assert.Equal(0, ((delegate* unmanaged<nint, byte>)NativeLibrary.GetExport(torch, "_ZNK2at7Context17userEnabledNNPACKEv"))(context));
    }

    /// <summary>Whoever made the processor: what it can do decides.</summary>
    [Fact]
    public void Products_take_the_widest_instructions_of_this_processor()
    {
        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported && Environment.GetEnvironmentVariable("MKL_ENABLE_INSTRUCTIONS") is null)
            Assert.Contains(System.Runtime.Intrinsics.X86.Avx512BW.IsSupported ? " AVX512, " : " AVX2, ", TorchEnvironment.Describe()[TorchEnvironment.Describe().IndexOf("MKL", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Null(TorchEnvironment.SlowProducts);
    }

    [Theory]
    [InlineData("  - Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605\n  - CPU capability usage: AVX2\n", "AVX2", "MKL 2024.2")]
    [InlineData("PyTorch built with:\n  - CPU capability usage: NO AVX\n", "NO", null)]
    [InlineData("", "unknown", null)]
    public void A_build_is_read_from_what_torch_tells(string told, string capability, string? blas) =>
        Assert.Equal(new TorchBuild(capability, blas), TorchBuild.Parse(told));
}
