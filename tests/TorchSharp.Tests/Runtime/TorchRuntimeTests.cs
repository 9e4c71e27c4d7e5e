using OpenSora.Torch;

namespace TorchSharp.Tests.Runtime;

public class TorchRuntimeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Threads_are_set_for_torch_and_its_blas_on_each_thread(int threads)
    {
        (int torch, int blas) = (0, 0);
        Thread thread = new(() =>
        {
            TorchRuntime.Initialize(threads);
            (torch, blas) = (TorchRuntime.Threads, TorchRuntime.BlasThreads);
        });
        thread.Start();
        thread.Join();

        Assert.Equal((threads, threads), (torch, blas));
    }

    [Fact]
    public void No_threads_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => TorchRuntime.Initialize(0));

    [Fact]
    public void The_blas_is_named_and_a_good_one_is_not_measured()
    {
        BlasReport report = TorchRuntime.CheckBlas();

        Assert.Equal(("OpenBLAS", null), (report.Name, report.Gflops));
        Assert.True(File.Exists(report.Path), report.Path);
    }

    /// <summary>OpenBLAS takes kernels without AVX for a processor that it does not know, and for one that a user calls so.</summary>
    [Fact]
    public async Task An_openblas_that_does_not_know_the_processor_is_told()
    {
        if (!System.Runtime.Intrinsics.X86.Avx2.IsSupported)
            return;
        Assert.Equal(new TestCardProcess.Outcome(0, "slow=False \n"), await TestCardProcess.Probe("blas", "cpu", "OPENBLAS_CORETYPE="));
        TestCardProcess.Outcome old = await TestCardProcess.Probe("blas", "cpu", "OPENBLAS_CORETYPE=Prescott");
        Assert.StartsWith("slow=True it does not use AVX, which this processor has: set OPENBLAS_CORETYPE=", old.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3", "OpenBLAS")]
    [InlineData("/usr/lib/x86_64-linux-gnu/libopenblasp-r0.3.21.so", "OpenBLAS")]
    [InlineData("/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0", "reference BLAS")]
    [InlineData("/usr/lib/x86_64-linux-gnu/blis-openmp/libblas.so.3", "BLIS")]
    [InlineData("/usr/lib/x86_64-linux-gnu/atlas/libblas.so.3", "ATLAS")]
    [InlineData("/opt/intel/oneapi/mkl/lib/libmkl_rt.so.2", "MKL")]
    [InlineData("/opt/own/libblas.so", "unknown")]
    public void Libraries_are_known_by_folder_and_file(string path, string name) => Assert.Equal(name, BlasReport.NameOf(path));

    [Fact]
    public void One_line_describes_it()
    {
        Assert.Matches("^[0-9]+[.][0-9]+[.][0-9]+", TorchRuntime.Version);
        Assert.Matches("^torch [0-9.]+.*, [A-Z0-9]+, OpenBLAS, [0-9]+ threads?$", TorchRuntime.Describe());
    }
}
