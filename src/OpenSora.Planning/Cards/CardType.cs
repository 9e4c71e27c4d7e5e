using OpenSora.Layout.Units;

namespace OpenSora.Planning.Cards;

/// <summary>
/// A type of card, as an entry of <c>card-types.yaml</c> describes it. Bytes, seconds and operations, never scaled; null is
/// what nobody has published.
/// </summary>
public sealed record CardType
{
    /// <summary>What <c>--card-type</c> calls it.</summary>
    public string Name { get; init; } = "";

    public string Title { get; init; } = "";

    /// <summary>What its vendor's tool calls it, word for word.</summary>
    public List<string> DetectedAs { get; init; } = [];

    /// <summary>Memory of one card.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>What driver, runtime and kernels hold before any tensor.</summary>
    public long ReservedBytes { get; init; }

    /// <summary>Peak of dense matrix products by type of number: bf16, fp16, fp32. Empty when not known.</summary>
    public Dictionary<string, double> Flops { get; init; } = [];

    public double? MemoryBytesPerSecond { get; init; }

    /// <summary>To the other cards of its node, each way.</summary>
    public double? LinkBytesPerSecond { get; init; }

    /// <summary>Cards of a node. Default: 1.</summary>
    public int CardsPerNode { get; init; } = 1;

    /// <summary>To other nodes, each way, for each card of a node.</summary>
    public double? NetworkBytesPerSecond { get; init; }

    public double LinkLatencySeconds { get; init; }
    public double NetworkLatencySeconds { get; init; }

    /// <summary>What a message to another node takes of its card's way out, and of the other's way in, beside its bytes.</summary>
    public double NetworkMessageSeconds { get; init; }

    /// <summary>Least time from one kernel to the next.</summary>
    public double KernelSeconds { get; init; }

    /// <summary>Parts of a matrix product that it computes at once; null where that is not published, and products of any size run at one rate.</summary>
    public int? Multiprocessors { get; init; }

    /// <summary>Whether its torch has an attention that keeps scores on the chip. Default: true.</summary>
    public bool HasFusedAttention { get; init; } = true;

    /// <summary>Where the figures are from, and which are assumptions.</summary>
    public string Source { get; init; } = "";

    /// <summary>
    /// Whether this is a CPU: kernels run in fp32, weights of other types are copied while their file is mapped, convolutions
    /// unfold their input, and all cards of a machine share its memory.
    /// </summary>
    public bool IsProcessor { get; init; }

    /// <summary>The size of units that it computes in.</summary>
    public UnitSize Units => IsProcessor ? UnitSize.Processor : UnitSize.Accelerator;

    /// <summary>Cards of a node that share one memory: all of a processor, else 1.</summary>
    public int CardsPerMemory(int cards) => IsProcessor ? cards : 1;

    /// <summary>What kernels run in when the models are of type <paramref name="dtype"/>.</summary>
    public string ComputeType(string dtype) => IsProcessor ? "fp32" : dtype;

    /// <summary>Whether times can be predicted for kernels of this type.</summary>
    public bool SpeedIsKnown(string computeType) => Flops.ContainsKey(computeType) && MemoryBytesPerSecond is not null;
}
