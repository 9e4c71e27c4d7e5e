using System.Text;

namespace OpenSora.Torch.Tests.Libraries;

public sealed class TorchLibrariesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Torch_is_in_the_process_once_and_from_the_folder_of_its_package()
    {
        TorchLibraries.Load();
        TorchLibraries.Load();

        foreach (string name in (string[])["libtorch_cpu.so", "libtorch.so", "libc10.so"])
            Assert.Equal(Path.Combine(TorchLibraries.TorchFolder, name), Assert.Single(Loaded(), path => Path.GetFileName(path) == name));
        Assert.Empty(Directory.EnumerateFiles(AppContext.BaseDirectory, "lib*orch*.so*", SearchOption.AllDirectories));
    }

    /// <summary>The C++ library of Debian 12 and of Ubuntu 22.04 ends before the version that the binding names; that of later systems has it.</summary>
    [Fact]
    public void The_binding_is_mended_where_the_system_lacks_the_version_and_only_there()
    {
        string library = Loaded().Single(path => Path.GetFileName(path).StartsWith("libstdc++.so.6", StringComparison.Ordinal));
        bool isNew = Encoding.Latin1.GetString(File.ReadAllBytes(library)).Contains("GLIBCXX_3.4.32\0", StringComparison.Ordinal);

        Assert.Equal(!isNew, TorchLibraries.Loaded.IsMended);
        Assert.Equal(isNew, Loaded().Any(path => path == Binding));
    }

    /// <summary>With the version made weak on the disk, the file is one that this system takes: it is loaded as it is.</summary>
    [Fact]
    public void A_binding_that_the_system_takes_is_loaded_as_it_is()
    {
        byte[] library = File.ReadAllBytes(Binding);
        Assert.True(SymbolVersions.Weaken(library, "GLIBCXX_3.4.32"));
        string path = Path.Combine(_folder, "libLibTorchSharp.so");
        File.WriteAllBytes(path, library);

        LoadedTorch torch = LoadedTorch.From(TorchLibraries.TorchFolder, _folder);

        Assert.False(torch.IsMended);
        Assert.Equal(TorchLibraries.Loaded.Kernels, torch.Kernels);
    }

    [Fact]
    public void Two_bytes_of_the_binding_change()
    {
        byte[] before = File.ReadAllBytes(Binding), after = [.. before];

        Assert.True(SymbolVersions.Weaken(after, "GLIBCXX_3.4.32"));
        Assert.False(SymbolVersions.Weaken(after, "GLIBCXX_9.9.99"));

        Assert.InRange(before.Zip(after).Count(pair => pair.First != pair.Second), 1, 2);
    }

    [Fact]
    public void A_missing_file_is_named_with_the_remedy()
    {
        string message = Assert.Throws<DeviceException>(() => LoadedTorch.From(_folder, _folder)).Message;

        Assert.Contains(Path.Combine(_folder, "libc10.so") + ": it is missing", message, StringComparison.Ordinal);
        Assert.Contains("Remedy: install the program anew", message, StringComparison.Ordinal);
        Assert.Contains("delete the folder /packages/torchsharp/1.0, then run ./opensora --setup", SharedLibrary.Refused("/packages/torchsharp/1.0/runtimes/linux-x64/native/a.so", "x").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "it is not a 64-bit shared library")]
    [InlineData(63, "it is not a 64-bit shared library")]
    [InlineData(64, "it is cut off: 64 of ")]
    [InlineData(1_000_000, "it is cut off: 1000000 of ")]
    [InlineData(-1, "it is cut off: ")]
    public void A_file_that_is_cut_off_is_refused_before_it_is_loaded(int length, string why)
    {
        string path = Path.Combine(_folder, "libLibTorchSharp.so");
        byte[] whole = File.ReadAllBytes(Binding);
        File.WriteAllBytes(path, whole.AsSpan(0, length < 0 ? whole.Length + length : length));

        string message = Assert.Throws<DeviceException>(() => LoadedTorch.From(TorchLibraries.TorchFolder, _folder)).Message;

        Assert.Contains($"{path}: {why}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_kind_is_refused()
    {
        string path = Path.Combine(_folder, "libLibTorchSharp.so");
        File.WriteAllText(path, "<html>" + new string(' ', 100));
        Assert.Contains("it is not a 64-bit shared library", Assert.Throws<DeviceException>(() => LoadedTorch.From(TorchLibraries.TorchFolder, _folder)).Message, StringComparison.Ordinal);

        byte[] other = File.ReadAllBytes(Binding);
        other[0x12] = 0xB7; // of an Arm processor
        File.WriteAllBytes(path, other);
        Assert.Contains(path, Assert.Throws<DeviceException>(() => LoadedTorch.From(TorchLibraries.TorchFolder, _folder)).Message, StringComparison.Ordinal);

        File.Delete(path);
        Directory.CreateDirectory(path);
        Assert.Contains(path, Assert.Throws<DeviceException>(() => LoadedTorch.From(TorchLibraries.TorchFolder, _folder)).Message, StringComparison.Ordinal);
    }

    private static string Binding => Path.Combine(TorchLibraries.BindingFolder, "libLibTorchSharp.so");

    private static List<string> Loaded() =>
        [.. File.ReadLines("/proc/self/maps").Select(line => line.IndexOf('/') is var start and >= 0 ? line[start..] : "").Where(path => path.Contains(".so", StringComparison.Ordinal)).Distinct()];
}
