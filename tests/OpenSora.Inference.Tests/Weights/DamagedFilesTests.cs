using System.Text;
using FsCheck;
using FsCheck.Fluent;
using OpenSora.Contracts;
using OpenSora.Inference.Weights;
using OpenSora.Inference.Weights.Safetensors;
using OpenSora.Inference.Weights.TorchZip;
using OpenSora.TestKit;
using static TorchSharp.torch;

namespace OpenSora.Inference.Tests.Weights;

/// <summary>
/// The three parsers against damaged, random and hostile files: they read the file or refuse it with an
/// <see cref="InputException"/>, and allocate no more than the file's size and a constant.
/// </summary>
public sealed class DamagedFilesTests : IDisposable
{
    /// <summary>What opening a small file costs: streams, tables, exceptions with their messages.</summary>
    private const long FixedBytes = 48 << 10;

    private static readonly OutgoingTensor[] Tensors =
        [.. Enumerable.Range(0, 6).Select(i => Samples.Tensor($"block.{i}.weight", i % 2 == 0 ? ScalarType.Float32 : ScalarType.BFloat16, [i, 3], i))];

    private readonly TemporaryFolder _folder = new();

    public DamagedFilesTests() => OpenOrRefuse("warm-up.safetensors", Samples.Safetensors("{", 0));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Damaged_safetensors_files_are_read_or_refused()
    {
        SafetensorsWriter.Write(_folder["valid"], Tensors);
        Damage(File.ReadAllBytes(_folder["valid"]), "x.safetensors", cases: 4000);
    }

    [Fact]
    public void Damaged_torch_archives_are_read_or_refused()
    {
        TorchZipWriter.Write(_folder["valid"], Tensors);
        Damage(File.ReadAllBytes(_folder["valid"]), "x.bin", cases: 4000);
    }

    [Fact]
    public void Damaged_pickles_are_read_or_refused()
    {
        string view = Samples.View("FloatStorage", "0", 4, 0, [2, 2], [2, 1]);
        byte[] pickle = Encoding.Latin1.GetBytes($"{Samples.Start}{Samples.Dict(("a", view), ("b", view), ("c", view))}.");
        foreach (byte[] damaged in Damaged(pickle, cases: 4000))
            OpenOrRefuse("x.bin", Samples.TorchZip(Encoding.Latin1.GetString(damaged), new byte[16]));
    }

    [Fact]
    public void Damaged_indices_are_read_or_refused()
    {
        ShardWriter.WriteSafetensors(_folder.Path, "model", Tensors, 30);
        Damage(File.ReadAllBytes(_folder["model.safetensors.index.json"]), "model.safetensors.index.json", cases: 2000);
    }

    [Fact]
    public void Random_headers_are_read_or_refused()
    {
        string[] pieces =
        [
            "{", "}", "[", "]", ":", ",", "\"a\"", "\"b\"", "\"dtype\"", "\"F32\"", "\"I8\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"",
            "0", "4", "-1", "9223372036854775807", "1e9", "null", " ", "\"\\ud800\"", "\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]}",
        ];
        Check(Gen.Elements(pieces).ArrayOf(), parts => OpenOrRefuse("x.safetensors", Samples.Safetensors("{" + string.Concat(parts) + "}", 4)));
    }

    [Fact]
    public void Random_pickles_are_read_or_refused()
    {
        string[] pieces =
        [
            "(", ")", "]", "}", "t", "\x85", "\x86", "\x87", "a", "e", "s", "u", "q\x01", "h\x01", "\x94", "N", "\x88", "K\x04", "R", "b", "Q", ".",
            Samples.Text("a"), Samples.Text("storage"), "ccollections\nOrderedDict\n", "ctorch\nFloatStorage\n", "ctorch._utils\n_rebuild_tensor_v2\n",
            "ctorch._utils\n_rebuild_parameter\n", Samples.View("FloatStorage", "0", 4, 0, [2, 2], [2, 1]), Samples.Tuple(1, long.MaxValue),
        ];
        Check(Gen.Elements(pieces).ArrayOf(), parts => OpenOrRefuse("x.bin", Samples.TorchZip(string.Concat(parts) + ".", new byte[16])));
    }

    [Fact]
    public void Random_bytes_are_refused() => Check(
        Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(),
        bytes =>
        {
            OpenOrRefuse("x.safetensors", bytes);
            OpenOrRefuse("x.bin", [0x50, 0x4b, 3, 4, .. bytes]);
            OpenOrRefuse("model.safetensors.index.json", bytes);
        });

    [Theory]
    [InlineData(")", "\x85")] // tuples in tuples: nothing may recurse
    [InlineData("", "}N\x86")] // many small objects
    [InlineData("}", "NNs")] // a dict of one key
    [InlineData("N", "\x94")] // a large memo
    [InlineData("(" + "))))))))", "tq\x01h\x01(h\x01h\x01h\x01h\x01h\x01h\x01h\x01h\x01")] // each tuple holds the one before eight times
    public void A_hostile_pickle_costs_in_proportion_to_its_size(string start, string repeated)
    {
        string pickle = $"{start}{string.Concat(Enumerable.Repeat(repeated, 500_000 / repeated.Length))}.";

        long allocated = OpenOrRefuse("x.bin", Samples.TorchZip(pickle), checkAllocations: false);

        Assert.InRange(allocated, 0, 128L * pickle.Length);
    }

    private static void Check<T>(Gen<T> values, Action<T> property) =>
        Prop.ForAll(values.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(1500).WithEndSize(60));

    private void Damage(byte[] valid, string name, int cases)
    {
        foreach (byte[] damaged in Damaged(valid, cases))
            OpenOrRefuse(name, damaged);
    }

    /// <summary>Copies of a valid file with some bytes changed, cut out or put in, or with the end missing; the same every time.</summary>
    private static IEnumerable<byte[]> Damaged(byte[] valid, int cases)
    {
        Random random = new(20240617);
        byte[] telling = [0, 1, 0x7f, 0x80, 0xff, (byte)'{', (byte)'}', (byte)'"', (byte)'-', (byte)'9', (byte)'.', (byte)'('];
        for (int i = 0; i < cases; i++)
        {
            List<byte> bytes = [.. valid];
            for (int change = random.Next(1, 4); change > 0 && bytes.Count > 1; change--)
            {
                int at = random.Next(bytes.Count);
                int count = Math.Min(random.Next(1, 9), bytes.Count - at);
                switch (random.Next(6))
                {
                    case 0: bytes.RemoveRange(at, bytes.Count - at); break;
                    case 1: bytes.RemoveRange(at, count); break;
                    case 2: bytes.InsertRange(at, bytes.GetRange(at, count)); break;
                    case 3: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                    default: bytes[at] = telling[random.Next(telling.Length)]; break;
                }
            }
            yield return [.. bytes];
        }
    }

    private long OpenOrRefuse(string name, byte[] bytes, bool checkAllocations = true)
    {
        string path = _folder.Write(name, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Checkpoint.Open(path).Dispose();
        }
        catch (InputException refusal)
        {
            Assert.InRange(refusal.Message.Length, 10, 4000);
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (checkAllocations)
            Assert.InRange(allocated, 0, bytes.Length + FixedBytes);
        return allocated;
    }
}
