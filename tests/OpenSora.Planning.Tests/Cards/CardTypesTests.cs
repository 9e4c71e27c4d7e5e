using OpenSora.Contracts;
using OpenSora.Planning.Cards;

namespace OpenSora.Planning.Tests.Cards;

public sealed class CardTypesTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Every_type_says_where_its_figures_are_from()
    {
        IReadOnlyList<CardType> known = CardTypes.Known(null);
        Assert.Equal(["h100-80g", "h200", "h800-80g", "a100-80g", "s60"], known.Select(type => type.Name));
        Assert.All(known, type => Assert.NotEmpty(type.Source));
        Assert.All(known, type => Assert.True(type.MemoryBytes > 40_000_000_000));
    }

    [Fact]
    public void What_is_not_published_stays_unknown()
    {
        CardType s60 = CardTypes.Named("s60", CardTypes.Known(null));
        Assert.False(s60.SpeedIsKnown("bf16"));
        Assert.Null(s60.LinkBytesPerSecond);
    }

    [Fact]
    public void A_file_adds_types_and_wins()
    {
        File.WriteAllText(_file, "- name: h200\n  memory_bytes: 1\n- name: mine\n  memory_bytes: 2000000000\n  flops: { bf16: 1.5e12 }\n");
        IReadOnlyList<CardType> known = CardTypes.Known(_file);
        Assert.Equal(1, CardTypes.Named("h200", known).MemoryBytes);
        Assert.Equal(1.5e12, CardTypes.Named("mine", known).Flops["bf16"]);
        Assert.Equal(80_000_000_000, CardTypes.Named("h100-80g", known).MemoryBytes);
    }

    [Theory]
    [InlineData("- name: x\n", "memory_bytes")]
    [InlineData("- name: x\n  memory_bytes: much\n", "line 2")]
    [InlineData("- name: x\n  colour: red\n", "colour")]
    [InlineData("name: x\n", "list of card types")]
    public void A_file_with_mistakes_is_refused(string yaml, string says)
    {
        File.WriteAllText(_file, yaml);
        InputException error = Assert.Throws<InputException>(() => CardTypes.Known(_file));
        Assert.Contains(says, error.Message);
        Assert.Contains(_file, error.Message);
    }

    [Fact]
    public void A_missing_file_and_an_unknown_name_are_refused()
    {
        Assert.Contains("/nowhere/cards.yaml", Assert.Throws<InputException>(() => CardTypes.Known("/nowhere/cards.yaml")).Message);
        string message = Assert.Throws<InputException>(() => CardTypes.Named("s61", CardTypes.Known(null))).Message;
        Assert.Contains("s61", message);
        Assert.Contains("s60", message);
    }

    [Fact]
    public void An_accelerator_is_what_its_tool_says()
    {
        IReadOnlyList<CardType> known = CardTypes.Known(null);
        CardType? Detect(string nvidia, string enflame) => LocalAccelerator.Detect(known, (program, _) => program == "nvidia-smi" ? nvidia : enflame);
        Assert.Null(Detect("", ""));
        CardType h100 = Detect("NVIDIA H100 80GB HBM3, 81559", "")!;
        Assert.Equal(("h100-80g", 81559L << 20, 989.4e12), (h100.Name, h100.MemoryBytes, h100.Flops["bf16"]));
        Assert.StartsWith("detected: NVIDIA H100 80GB HBM3; ", h100.Source, StringComparison.Ordinal);
        CardType other = Detect("NVIDIA H100 PCIe, 81559", "")!;
        Assert.Equal(("local", "NVIDIA H100 PCIe", false), (other.Name, other.Title, other.SpeedIsKnown("bf16")));
        Assert.Equal(("s60", 48_000_000_000), (Detect("", "DEV ID 0\n    Dev Name : S60\n")!.Name, Detect("", "    Dev Name : S60\n")!.MemoryBytes));
        Assert.Contains("detected_as: [T99]", Assert.Throws<InputException>(() => Detect("", "Dev Name : T99")).Message);
        Assert.Equal(known.Count, known.SelectMany(type => type.DetectedAs).Distinct().Count());
    }

    [Fact]
    public void This_machine_has_memory_and_speed()
    {
        CardType machine = ThisMachine.Detect(threads: 2);
        Assert.True(machine.SpeedIsKnown("fp32"));
        Assert.Equal("fp32", machine.ComputeType("bf16"));
        Assert.InRange(machine.MemoryBytes, 100_000_000, long.MaxValue);
        Assert.Equal(2 * ThisMachine.Detect(threads: 1).Flops["fp32"], machine.Flops["fp32"], 1e9);
    }
}
