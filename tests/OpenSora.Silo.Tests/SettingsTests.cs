using System.Collections;
using System.Globalization;
using System.Reflection;
using OpenSora.Cluster;
using OpenSora.Contracts;
using OpenSora.TestKit;

namespace OpenSora.Silo.Tests;

/// <summary>Waits and attempts that users set.</summary>
public sealed class SettingsTests
{
    public static TheoryData<string> Names => [.. ClusterSettings.Variables.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void EachIsSetByItsVariable(string name)
    {
        PropertyInfo option = ClusterSettings.Variables[name];
        string word = option.PropertyType == typeof(double) ? "0.75" : "7";
        object expected = option.PropertyType == typeof(TimeSpan) ? TimeSpan.FromSeconds(7) : option.PropertyType == typeof(int) ? (object)7 : 0.75;
        ClusterOptions set = ClusterSettings.From(new Hashtable { [name] = word, ["PATH"] = "/bin" });
        Assert.Equal(expected, option.GetValue(set));
        option.SetValue(set, option.GetValue(new ClusterOptions()));
        Assert.Equal(new ClusterOptions(), set);
    }

    /// <summary>With its default, in seconds where it is a time.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void EachIsInTheDocumentation(string name)
    {
        object value = ClusterSettings.Variables[name].GetValue(new ClusterOptions())!;
        string word = value is TimeSpan time ? time.TotalSeconds.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{value}");
        Assert.Contains(File.ReadLines(Path.Combine(Repository.Root, "docs", "settings.md")), line => line.StartsWith($"| `{name}` | {word} |", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("OPENSORA_CLUSTER_MOST_RETRIES", "0", "1 to 1000")]
    [InlineData("OPENSORA_CLUSTER_MOST_RETRIES", "2.5", "whole")]
    [InlineData("OPENSORA_CLUSTER_REST", "soon", "0.5 to 86400 seconds")]
    [InlineData("OPENSORA_CLUSTER_SILENCE", "-1", "seconds")]
    [InlineData("OPENSORA_CLUSTER_SILENCE", "NaN", "seconds")]
    [InlineData("OPENSORA_CLUSTER_PATIENCE", "1", "OPENSORA_CLUSTER_WAIT_FOR_CARD")]
    public async Task WhatCannotBeIsRefused(string name, string value, string words)
    {
        Assert.Contains(words, Assert.Throws<InputException>(() => ClusterSettings.From(new Hashtable { [name] = value })).Message, StringComparison.Ordinal);
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart { Environment = new Dictionary<string, string> { [name] = value } });
        await silo.Ended();
        Assert.Equal(2, silo.ExitCode);
        Assert.Contains(words, silo.Said, StringComparison.Ordinal);
    }
}
