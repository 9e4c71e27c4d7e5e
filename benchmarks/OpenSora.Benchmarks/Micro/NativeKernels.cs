using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using OpenSora.Torch;
using OpenSora.Torch.Kernels;

namespace OpenSora.Benchmarks.Micro;

/// <summary>Each kernel in C++ and in C#, over the same memory, with the sizes of STDiT3-XL/2 and of a frame's decoding.</summary>
public unsafe partial class NativeKernels
{
    private float* _a, _b, _c, _d;
    private KernelSet _set = null!;
    private Action _native = null!, _managed = null!;

    [Params("avx512", "avx2", "portable")]
    public string Set { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    [Params(
        "gelu 512x4608", "gelu 4x1152", "modulate 512x1152", "modulate 4x1152", "heads 34x15x16x72", "heads 1x405x16x72",
        "attend 2048x4x72", "attend 544x15x72", "attend 272x30x72", "moments 128x144x256", "moments 512x18x32",
        "silu 128x144x256", "silu 512x18x32", "round 512x1152")]
    public string Kernel { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        TorchRuntime.Initialize(Threads);
        omp_set_num_threads(Threads);
        _set = KernelSet.Find(Set)!;
        if (osk_use(Set) == 0)
            throw new PlatformNotSupportedException(Set);
        string[] words = Kernel.Split(' ', 2);
        long[] n = [.. words[1].Split('x').Select(long.Parse)];
        long count = n.Aggregate((x, y) => x * y);
        _a = Noise(3 * count);
        _b = Noise(3 * count);
        _c = Noise(3 * count);
        _d = Noise(3 * count);
        HeadsCall heads = words[0] == "heads" ? Heads(n, count) : default;
        Planes planes = words[0] == "silu" ? new(n[0], n[1], n[2], n[1] * n[2], n[1] * n[2], n[2]) : default;
        (_native, _managed) = words[0] switch
        {
            "gelu" => (() => osk_gelu(_a, _b, n[0], n[1]), () => _set.Gelu(_c, _b, n[0], n[1])),
            "modulate" => (() => osk_modulate(_a, _b, _c, _d, n[0], n[1], 1, 1, 1e-6f), () => _set.Modulate(_a, _b, _c, _d, n[0], n[1], 1, 1, 1e-6f)),
            "heads" => (() => NativeHeads(heads), () => _set.Heads(heads.Managed)),
            "attend" => (() => osk_attend(_a, _b, _c, _d, n[0], n[1], n[2]), () => _set.Attend(_a, _b, _c, _d, n[0], n[1], n[2], 1)),
            "moments" => (() => osk_moments(_a, 32, count / 32, 1e-5f, _b, _c), () => _set.Moments(_a, 32, count / 32, 1e-5f, _b, _c)),
            "silu" => (() => NativeSilu(planes), () => _set.ScaledSilu(_a, _b, _c, _d, planes)),
            _ => ((Action)(() => osk_round_bfloat16(_a, _b, count)), (Action)(() => _set.RoundToBFloat16(_a, _b, count))),
        };
    }

    [Benchmark(Baseline = true)]
    public void Native() => _native();

    [Benchmark]
    public void Managed() => _managed();

    private HeadsCall Heads(long[] n, long count) => new()
    {
        Managed = new HeadTensors
        {
            Qkv = _a,
            QWeight = _c,
            KWeight = _c,
            Cos = _d,
            Sin = _d,
            Q = _b,
            K = _b + count,
            V = _b + 2 * count,
            Groups = n[0],
            Tokens = n[1],
            Heads = n[2],
            Size = n[3],
            Epsilon = 1e-6f,
        },
        Epsilon = 1e-6f,
    };

    private static void NativeHeads(HeadsCall call) => osk_heads(&call);

    private void NativeSilu(Planes call) => osk_scaled_silu(_a, _b, _c, _d, &call);

    private static float* Noise(long count)
    {
        var numbers = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
        Random random = new(1);
        for (long i = 0; i < count; i++)
            numbers[i] = random.NextSingle() - 0.5f;
        return numbers;
    }

    /// <summary>The layout of <c>osk::Heads</c>, which has a scale before the last number.</summary>
    [StructLayout(LayoutKind.Explicit)]
    private struct HeadsCall
    {
        [FieldOffset(0)]
        public HeadTensors Managed;

        [FieldOffset(96)]
        public float Scale;

        [FieldOffset(100)]
        public float Epsilon;
    }

    private const string Library = "opensora_kernels";

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int osk_use(string name);

    /// <summary>Of the OpenMP that the library is linked with: it is not torch's.</summary>
    [LibraryImport(Library)]
    private static partial void omp_set_num_threads(int threads);

    [LibraryImport(Library)]
    private static partial void osk_gelu(float* x, float* bias, long rows, long columns);

    [LibraryImport(Library)]
    private static partial void osk_modulate(
        float* x, float* scale, float* shift, float* to, long rows, long columns, long repeat, long period, float epsilon);

    [LibraryImport(Library)]
    private static partial void osk_heads(void* call);

    [LibraryImport(Library)]
    private static partial void osk_attend(float* q, float* k, float* v, float* to, long batch, long tokens, long size);

    [LibraryImport(Library)]
    private static partial void osk_moments(float* x, long runs, long count, float epsilon, float* mean, float* inverse);

    [LibraryImport(Library)]
    private static partial void osk_scaled_silu(float* x, float* scale, float* shift, float* to, void* call);

    [LibraryImport(Library)]
    private static partial void osk_round_bfloat16(float* x, float* to, long count);
}
