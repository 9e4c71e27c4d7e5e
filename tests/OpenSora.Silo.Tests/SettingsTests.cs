using OpenSora.TestKit;

namespace OpenSora.Silo.Tests;

/// <summary>What users set in the environment of a silo.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void EachIsDocumented()
    {
        Assert.Empty(SettingsPage.Missing<SiloSettings>());
        IEnumerable<string> waits = Contracts.Settings.SettingsReader.List<Cluster.ClusterOptions>().Select(one => one.Setting.Variable);
        Assert.Equal(waits.Order(), SettingsPage.Variables.Where(name => name.StartsWith("OPENSORA_CLUSTER_", StringComparison.Ordinal)).Order());
    }

    [Theory]
    [InlineData("OPENSORA_CLUSTER_MOST_RETRIES", "0", "OPENSORA_CLUSTER_MOST_RETRIES=0 cannot be used: give 1 to 1000, whole")]
    [InlineData("OPENSORA_CLUSTER_PATIENCE", "1", "OPENSORA_CLUSTER_WAIT_FOR_CARD")]
    [InlineData("OPENSORA_TOKEN_FILE", "/nowhere/token", "OPENSORA_TOKEN_FILE=/nowhere/token")]
    [InlineData("OPENSORA_API_TOKENS_FILE", "/nowhere/tokens", "OPENSORA_API_TOKENS_FILE=/nowhere/tokens")]
    [InlineData("OPENSORA_TLS_KEY", "key.pem", "OPENSORA_TLS_CERTIFICATE is not set")]
    [InlineData("OTEL_SDK_DISABLED", "yes", "OTEL_SDK_DISABLED=yes cannot be used: give true or false")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "soon", "1 to 3600000, whole")]
    public async Task WhatCannotBeIsRefusedInOneLine(string name, string value, string words)
    {
        await using SiloProgram silo = await SiloProgram.Start(new SiloStart { Environment = new Dictionary<string, string> { [name] = value } });
        await silo.Ended();
        Assert.Equal(2, silo.ExitCode);
        Assert.Contains(words, silo.Said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', silo.Said);
    }
}
