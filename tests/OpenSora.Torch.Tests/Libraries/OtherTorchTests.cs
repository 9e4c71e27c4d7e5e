using System.Diagnostics;
using OpenSora.TestKit;
using OpenSora.Torch.Tests.Cards;

namespace OpenSora.Torch.Tests.Libraries;

/// <summary>A torch of the machine in place of the package's: libtorch-dev's.</summary>
public sealed class OtherTorchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("opensora-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_process_runs_on_it_and_has_nothing_of_the_packages()
    {
        TestCardProcess.Outcome outcome = await TestCardProcess.Probe("torch", "cpu");

        Assert.True(outcome.ExitCode == 0, outcome.Output);
        string[] lines = outcome.Output.TrimEnd().Split('\n');
        Assert.Matches("^torch [0-9.]+ [A-Z0-9]+, OpenBLAS [0-9.]+ [A-Za-z0-9]+(, [A-Z0-9_]+=[^,]+)*, 1 thread$", lines[0]);
        Assert.DoesNotContain(TorchEnvironment.Version, lines[0], StringComparison.Ordinal);
        Assert.Contains(Path.Combine(TestCard.Torch, "libLibTorchSharp.so"), lines);
        string folder = File.ReadAllText(Path.Combine(TestCard.Torch, "torch.txt")).Trim();
        foreach (string name in (string[])["libtorch_cpu.so", "libc10.so"])
            Assert.StartsWith(folder, Assert.Single(lines, line => Path.GetFileName(line).StartsWith(name, StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.All(lines[1..], line => Assert.True(line.StartsWith(folder, StringComparison.Ordinal) || line.StartsWith(TestCard.Torch, StringComparison.Ordinal), line));
    }

    [Fact]
    public async Task Its_operations_are_seen()
    {
        TestCardProcess.Outcome outcome = await TestCardProcess.Probe("operations", "cpu");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("aten::mm", outcome.Output, StringComparison.Ordinal);
        Assert.False(OperationTimes.SeesTorch);
    }

    [Fact]
    public async Task A_folder_that_was_not_made_ready_is_refused()
    {
        TestCardProcess.Outcome outcome = await TestCardProcess.Probe("torch", "cpu", $"{TestCard.TorchVariable}={_folder}");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"OPENSORA_TORCH is {_folder}", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Remedy: start through ./opensora", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_torch_that_is_gone_is_named()
    {
        File.WriteAllText(Path.Combine(_folder, "torch.txt"), "/nowhere\n");

        TestCardProcess.Outcome outcome = await TestCardProcess.Probe("torch", "cpu", $"{TestCard.TorchVariable}={_folder}");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("/nowhere/libc10.so: it is missing. Remedy: OPENSORA_TORCH chose this torch", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_built_for_what_is_no_torch()
    {
        Assert.Contains("there is no such folder", await Refused("/nowhere"), StringComparison.Ordinal);
        Assert.Contains("this is not a torch", await Refused(_folder), StringComparison.Ordinal);
        Assert.Contains("it has no headers", await Refused(TorchLibraries.TorchFolder), StringComparison.Ordinal);

        string config = Directory.CreateDirectory(Path.Combine(_folder, "share", "cmake", "Torch")).FullName;
        File.WriteAllText(Path.Combine(config, "TorchConfig.cmake"), "set(TORCH_CXX_FLAGS \"\")\n");
        File.WriteAllText(Path.Combine(config, "TorchConfigVersion.cmake"), $"set(PACKAGE_VERSION \"1.12.0\")\n");
        Assert.Contains("its libraries or its headers", await Refused(_folder), StringComparison.Ordinal);
        Assert.Contains("cmake is missing", await Refused(_folder, "/nowhere"), StringComparison.Ordinal);
    }

    /// <summary>As pip lays them out: <c>site-packages/torch/lib</c> and <c>site-packages/torch_gcu/lib</c>.</summary>
    [Fact]
    public async Task A_vendors_library_beside_it_is_found()
    {
        string binding = PipTorch();
        string vendors = Directory.CreateDirectory(Path.Combine(_folder, "site-packages", "torch_gcu", "lib")).FullName;
        string library = Path.Combine(vendors, "libtorch_gcu.so");
        string[] settings = [$"{TestCard.TorchVariable}={binding}", $"{TestCard.Variable}="];

        TestCardProcess.Outcome without = await TestCardProcess.Probe("describe", "gcu", settings);
        Assert.Contains("libtorch_gcu.so cannot be loaded (looked for in LD_LIBRARY_PATH", without.Output, StringComparison.Ordinal);

        File.WriteAllText(library, "no library");
        TestCardProcess.Outcome damaged = await TestCardProcess.Probe("describe", "gcu", settings);
        Assert.Contains($"{library} cannot be loaded (looked for the file beside this torch)", damaged.Output, StringComparison.Ordinal);

        File.Delete(library);
        File.CreateSymbolicLink(library, TestCard.Library);
        Assert.Equal(new TestCardProcess.Outcome(0, "gcu:0 half=False tensor=gcu:0\n"), await TestCardProcess.Probe("describe", "gcu", settings));
    }

    /// <summary>libtorch-dev's libraries in such folders.</summary>
    /// <returns>The folder that a process is told.</returns>
    private string PipTorch()
    {
        string torch = Directory.CreateDirectory(Path.Combine(_folder, "site-packages", "torch", "lib")).FullName;
        string binding = Directory.CreateDirectory(Path.Combine(_folder, "binding")).FullName;
        string real = File.ReadAllText(Path.Combine(TestCard.Torch, "torch.txt")).Trim();
        foreach (string name in (string[])["libc10.so", "libtorch_cpu.so", "libtorch.so"])
            File.CreateSymbolicLink(Path.Combine(torch, name), Path.Combine(real, name));
        File.CreateSymbolicLink(Path.Combine(binding, "libLibTorchSharp.so"), Path.Combine(TestCard.Torch, "libLibTorchSharp.so"));
        File.WriteAllText(Path.Combine(binding, "torch.txt"), $"{torch}\n");
        return binding;
    }

    private static async Task<string> Refused(string torch, string? programs = null)
    {
        // bash and the tools that the script needs before it looks for cmake.
        string tools = Directory.CreateTempSubdirectory("opensora-test").FullName;
        if (programs is not null)
            foreach (string tool in (string[])["bash", "realpath", "dirname", "cat", "sha256sum", "cut"])
                File.CreateSymbolicLink(Path.Combine(tools, tool), $"/usr/bin/{tool}");
        ProcessStartInfo start = new("/usr/bin/bash", [Path.Combine(Repository.Root, "src", "OpenSora.Torch", "native", "prepare"), torch]) { RedirectStandardError = true, RedirectStandardOutput = true };
        if (programs is not null)
            start.Environment["PATH"] = tools;
        using Process process = Process.Start(start)!;
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Directory.Delete(tools, recursive: true);
        Assert.Equal(2, process.ExitCode);
        return errors;
    }
}
