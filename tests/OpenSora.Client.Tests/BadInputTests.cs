using System.Diagnostics;

namespace OpenSora.Client.Tests;

/// <summary>What cannot be done ends with exit code 2 and one message: the value, the limit, the remedy.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("--seed", "x", "'x'", "whole number")]
    [InlineData("--num-sampling-steps", "0", "0", "1 to 1000")]
    [InlineData("--num-sampling-steps", "many", "'many'", "whole number")]
    [InlineData("--cfg-scale", "NaN", "'NaN'", "a number")]
    [InlineData("--cache", "fb:2", "'fb:2'", "at most 1")]
    [InlineData("--dtype", "int8", "'int8'", "bf16, fp16 or fp32")]
    [InlineData("--text-encoder-card", "true", "--cards is 1", "--cards 2")]
    [InlineData("--qk-norm", "perhaps", "'perhaps'", "yes, true")]
    [InlineData("--micro-frame-size", "16", "16", "4k + 1")]
    [InlineData("--crf", "99", "99", "0 to 51")]
    [InlineData("--save-fps", "0", "0", "1 to 240")]
    [InlineData("--no-such-flag", "1", "--no-such-flag", "-h")]
    [InlineData("--resolution", "999p", "999p", "720p")]
    [InlineData("--aspect-ratio", "7:3", "7:3", "16:9")]
    [InlineData("--num-frames", "3s", "3s", "16s")]
    [InlineData("--num-frames", "0", "0", "1")]
    [InlineData("--mask-strategy", "0,0,zero", "zero", "")]
    [InlineData("--prompt-path", "/nowhere/prompts.txt", "/nowhere/prompts.txt", "")]
    [InlineData("--ckpt-path-dit", "/nowhere/dit", "/nowhere/dit", "config.json")]
    [InlineData("--reference-path", "/nowhere/a.png", "/nowhere/a.png", "")]
    [InlineData("--latent-noise", "/nowhere/z.safetensors", "/nowhere/z.safetensors", "")]
    [InlineData("--device", "tpu", "tpu", "cuda")]
    [InlineData("--reference-background", "purple", "purple", "#RRGGBB")]
    [InlineData("--sample-name", "../../x", "../../x leads out of --save-dir", "give a name below")]
    [InlineData("--overwrite", "sometimes", "'sometimes'", "always, never or number")]
    [InlineData("--prompt-path", "", "--prompt-path is empty", "leave the flag out")]
    [InlineData("--latent-noise", "", "--latent-noise is empty", "leave the flag out")]
    [InlineData("--save-latent", "", "--save-latent is empty", "leave the flag out")]
    [InlineData("--ckpt-path-t5", "", "--ckpt-path-t5 is empty", "leave the flag out")]
    [InlineData("--prompt-path", "/dev/zero", "--prompt-path /dev/zero is empty, or a pipe or a device", "name a file")]
    [InlineData("--prompt-path", "/dev/stdin", "--prompt-path /dev/stdin is empty, or a pipe or a device", "name a file")]
    [InlineData("--reference-path", "/dev/zero", "the reference /dev/zero is empty, or a pipe or a device", "name a file")]
    [InlineData("--latent-noise", "/dev/zero", "--latent-noise /dev/zero is empty, or a pipe or a device", "name a file")]
    [InlineData("--prompt-path", "/tmp", "--prompt-path /tmp is a folder", "name a file")]
    [InlineData("--model-max-length", "5", "--model-max-length 5 does not go with the model in ", "give 300")]
    public async Task IsRefusedWithTheReason(string flag, string value, string names, string remedy)
    {
        string folder = Directory.CreateTempSubdirectory("opensora-test").FullName;
        Dictionary<string, string> arguments = new() { ["--num-sampling-steps"] = "2", ["--save-dir"] = folder, ["--device"] = "cpu", [flag] = value };
        if (flag != "--prompt-path")
            arguments["--prompt"] = "a";
        ClientProgram.Outcome outcome = await ClientProgram.Run(["generate", .. arguments.SelectMany(pair => new[] { pair.Key, pair.Value })]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(names, outcome.Errors);
        Assert.Contains(remedy, outcome.Errors);
        Assert.DoesNotContain("   at ", outcome.Errors);
        Assert.Empty(outcome.Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Directory.Delete(folder);
    }

    [Theory]
    [InlineData("generate", "--server", "http://127.0.0.1:9", "--prompt", "a", "--image-size", "64", "64", "--image-size", "70", "65")]
    [InlineData("generate", "--prompt", "a {")]
    [InlineData("generate", "--prompt", "a", "--num-framez", "3")]
    [InlineData("generate", "--prompt", "a", "--sample-name", "--num-framez=3")]
    [InlineData("generate", "--prompt", "a", "--cards", "64", "--num-frames", "17")]
    [InlineData("generate", "--prompt", "a", "--reference-path", "/nowhere/a.png")]
    [InlineData("generate", "--prompt", "a", "--ckpt-path-dit", "")]
    [InlineData("benchmark", "--prompt", "a", "--benchmark-save-path", "")]
    [InlineData("sweep", "--out", "")]
    [InlineData("sweep", "--matrix", "/dev/zero")]
    [InlineData("sweep", "--prompt-path", "-")]
    [InlineData("verify", "--golden", "")]
    [InlineData("serve", "--store", "")]
    [InlineData("plan", "--card-types", "/dev/zero")]
    [InlineData("plan", "--card-type", "abacus")]
    [InlineData("simulate", "--card-type", "abacus")]
    public async Task NoCardIsStartedForWhatIsRefused(params string[] line)
    {
        string folder = Directory.CreateTempSubdirectory("opensora-test").FullName, card = Path.Combine(folder, "card"), mark = Path.Combine(folder, "started");
        File.WriteAllText(card, $"#!/bin/sh\ntouch {mark}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(card, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        ClientProgram.Outcome outcome = await ClientProgram.Run([.. line], ("OPENSORA_CARD", card));
        Assert.Equal(2, outcome.ExitCode);
        Assert.False(File.Exists(mark));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("OPENSORA_SERVER", "somewhere", "OPENSORA_SERVER=somewhere cannot be used: give http://HOST:PORT")]
    [InlineData("OPENSORA_TOKEN_FILE", "/nowhere/token", "OPENSORA_TOKEN_FILE=/nowhere/token")]
    public async Task AVariableThatCannotBeIsRefused(string name, string value, string words)
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["jobs"], (name, value));
        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith($"opensora: {words}", outcome.Errors);
    }

    [Theory]
    [InlineData("the prompt is empty: give allow_empty_prompt", "the prompt is empty: give --allow-empty-prompt")]
    [InlineData("input_reference cannot be used", "--reference-path cannot be used")]
    [InlineData("no_such_field of ref_a.png", "no_such_field of ref_a.png")]
    public void WhatAServiceSaysOfFieldsIsSaidOfFlags(string said, string told) => Assert.Equal(told, Commands.ServerFlags.InFlags(said));

    [Fact]
    public void EachVariableIsDocumented() => Assert.Empty(TestKit.SettingsPage.Missing<Server.ServerOptions>());

    /// <summary>The refusal shows that the prompts came: no card is started for it.</summary>
    [Theory]
    [InlineData("a cat\r\n\r\n\u732b\r\n", "prompt 1, '\u732b'")]
    [InlineData(" \n\n", "--prompt-path - holds no prompt")]
    public async Task PromptsComeOverStandardInput(string input, string words)
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, input);
        using Process process = ClientProgram.StartWithin(["sh", "-c", "exec \"$@\" < \"$0\"", file], ["generate", "--prompt-path", "-"]);
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(2, process.ExitCode);
        Assert.Contains(words, errors);
        File.Delete(file);
    }

    [Fact]
    public async Task NoPromptIsRefused()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["generate"]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("--prompt", outcome.Errors);
    }

    [Fact]
    public async Task HelpExplainsEachFlag()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["generate", "-h"]);
        Assert.Equal(0, outcome.ExitCode);
        foreach (string flag in new[] { "--ckpt-path-dit", "--multi_resolution", "--num-sampling-steps", "--condition-frame-length", "--frame-table", "--latent-noise" })
            Assert.Contains(flag, outcome.Output);
    }

    [Fact]
    public async Task HelpOfAServiceIsThatOfTheSilo()
    {
        ClientProgram.Outcome outcome = await ClientProgram.Run(["serve", "-h"]);
        Assert.Equal(0, outcome.ExitCode);
        foreach (string flag in new[] { "--urls", "--store", "--silo-endpoint", "--most-waiting-of-owner", "--ckpt-path-vae3d" })
            Assert.Contains(flag, outcome.Output);
    }
}
