namespace Orleans.Tests.Messages;

[GenerateSerializer, Alias("Orleans.Tests.Messages.Order")]
internal sealed class Order
{
    [Id(0)]
    public string Name { get; set; } = "";

    [Id(1)]
    public List<int> Sizes { get; set; } = [];

    [Id(2)]
    public Order? Parent { get; set; }

    [Id(3)]
    public Dictionary<string, int[]> Tables { get; set; } = [];

    [Id(4)]
    private int secret;

    /// <summary>Has no id, on purpose: it stays behind.</summary>
    public string Forgotten { get; set; } = "initial";

    public int Secret() => secret;

    public Order With(int secret)
    {
        this.secret = secret;
        return this;
    }
}

[GenerateSerializer]
internal sealed record Progress(string Job, int Step, double[] Losses)
{
    [Id(0)]
    public DateTimeOffset At { get; init; }
}

[GenerateSerializer]
internal readonly record struct Size([property: Id(0)] int Width, [property: Id(1)] int Height);

[GenerateSerializer]
internal abstract class Shape
{
    [Id(0)]
    public List<Size> Sides { get; set; } = [];
}

[GenerateSerializer]
internal sealed class Named : Shape
{
    [Id(0)]
    public required string Name { get; init; }
}

[Immutable, GenerateSerializer]
internal sealed class Frozen
{
    [Id(0)]
    public required byte[] Bytes { get; init; }
}

/// <summary>A class that nobody taught how to travel.</summary>
internal sealed class Stranger
{
    public int Number { get; set; }
}
