using System.Collections;
using System.ComponentModel.DataAnnotations;
using OpenSora.Contracts.Cards;
using OpenSora.Contracts.Settings;
using OpenSora.TestKit;

namespace OpenSora.Contracts.Tests.Settings;

public sealed class SettingsReaderTests
{
    [Variables("TEST_", OwnsPrefix = true)]
    internal sealed record Options
    {
        [Range(0.5, 60)]
        public TimeSpan RestWindow { get; init; } = TimeSpan.FromSeconds(2.5);

        [Range(1.0, 1000)]
        public int Most { get; init; } = 3;

        [Range(0.1, 1)]
        public double? Ratio { get; init; }

        public bool IsOn { get; init; }

        public Uri Server { get; init; } = new("http://here:1");

        [AllowedValues("a", "b", "c")]
        public string? Letter { get; init; }

        [Variable("ELSEWHERE")]
        public string Word { get; init; } = "";

        public Inner Inner { get; init; } = new();

        [Variables("SECOND_")]
        public Inner Second { get; init; } = new();
    }

    [Variables("FIRST_")]
    internal sealed record Inner
    {
        public string? Name { get; init; }
    }

    [Fact]
    public void EachIsSetByItsVariableAndTheRestStays()
    {
        Options options = Read(
            ("TEST_REST_WINDOW", "0.5"), ("TEST_MOST", "1000"), ("TEST_RATIO", "0.25"), ("TEST_IS_ON", "True"), ("TEST_SERVER", "https://there/v1"), ("TEST_LETTER", "b"),
            ("ELSEWHERE", "word"), ("FIRST_NAME", "one"), ("SECOND_NAME", "two"), ("NAME", "three"));
        Assert.Equal(new Options
        {
            RestWindow = TimeSpan.FromSeconds(0.5),
            Most = 1000,
            Ratio = 0.25,
            IsOn = true,
            Server = new Uri("https://there/v1"),
            Letter = "b",
            Word = "word",
            Inner = new Inner { Name = "one" },
            Second = new Inner { Name = "two" },
        }, options);
        Assert.Equal(new Options(), Read());
        Assert.Equal(new Options { Most = 7 }, Read(("TEST_MOST", "7")));
    }

    [Fact]
    public void AnEmptyVariableSetsNothing() => Assert.Equal(new Options(), Read(("TEST_MOST", ""), ("TEST_SERVER", ""), ("FIRST_NAME", "")));

    [Theory]
    [InlineData("TEST_REST_WINDOW", "soon", "0.5 to 60 s")]
    [InlineData("TEST_REST_WINDOW", "60.1", "0.5 to 60 s")]
    [InlineData("TEST_REST_WINDOW", "NaN", "0.5 to 60 s")]
    [InlineData("TEST_MOST", "0", "1 to 1000, whole")]
    [InlineData("TEST_MOST", "2.5", "1 to 1000, whole")]
    [InlineData("TEST_RATIO", "-1", "0.1 to 1")]
    [InlineData("TEST_IS_ON", "1", "true or false")]
    [InlineData("TEST_SERVER", "here:1", "http://HOST:PORT")]
    [InlineData("TEST_SERVER", "ftp://here", "http://HOST:PORT")]
    [InlineData("TEST_LETTER", "d", "a, b or c")]
    public void WhatCannotBeIsRefusedByNameValueAndRange(string name, string value, string range)
    {
        string message = Assert.Throws<InputException>(() => Read((name, value))).Message;
        Assert.StartsWith($"{name}={value} ", message, StringComparison.Ordinal);
        Assert.Contains(range, message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMisspeltNameIsRefusedWithThoseThatThereAre()
    {
        string message = Assert.Throws<InputException>(() => Read(("TEST_MOTS", "1"))).Message;
        Assert.Contains("TEST_MOTS is not known", message, StringComparison.Ordinal);
        Assert.Contains("TEST_MOST", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AllAreListedWithTheirDefaults() => Assert.Equal(
        [
            ("TEST_REST_WINDOW", "2.5 s"), ("TEST_MOST", "3"), ("TEST_RATIO", ""), ("TEST_IS_ON", "false"), ("TEST_SERVER", "http://here:1"), ("TEST_LETTER", ""),
            ("ELSEWHERE", ""), ("FIRST_NAME", ""), ("SECOND_NAME", ""),
        ],
        SettingsReader.List<Options>().Select(one => (one.Setting.Variable, one.Default)));

    [Fact]
    public void ThoseOfAllProgramsAreDocumented()
    {
        Assert.Empty(SettingsPage.Missing<MembershipOptions>());
        Assert.Empty(SettingsPage.Missing<InstallationOptions>());
    }

    private static Options Read(params (string Name, string Value)[] environment)
    {
        Hashtable all = new() { ["PATH"] = "/bin" };
        foreach ((string name, string value) in environment)
            all[name] = value;
        return SettingsReader.Read<Options>(all);
    }
}
