namespace OpenSora.Contracts.Cards;

/// <summary>A card that can be given work.</summary>
public sealed record CardDescription
{
    /// <summary>Its identity, e.g. <c>card-0</c>: one card of that name at a time.</summary>
    public required string Name { get; init; }

    /// <summary>Of this start of its process, the address of its silo: after a restart it is another one.</summary>
    public required string Instance { get; init; }

    /// <summary>Where other cards of a gang reach it, and coordinators for the tensors of a call: <c>unix:PATH</c> or <c>tcp:HOST:PORT</c>.</summary>
    public required string Links { get; init; }

    /// <summary>e.g. <c>cpu</c>, <c>gcu:0</c>.</summary>
    public required string Device { get; init; }

    /// <summary>
    /// What decides the last bits of its numbers, in words: kind of device, kernels, threads. Cards share a clip only with
    /// cards of the same kind, else the bytes of a video would depend on who computed it.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>CPU threads of a kernel.</summary>
    public required int Threads { get; init; }

    /// <summary>Memory of the device in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Version of the program.</summary>
    public required string Build { get; init; }

    /// <summary><see cref="CardProtocol.Version"/> of the card.</summary>
    public required int Protocol { get; init; }

    /// <summary>Its process on its host, for people.</summary>
    public required int ProcessId { get; init; }
}

/// <summary>How a card is.</summary>
/// <param name="Instance">As described.</param>
/// <param name="FreeMemoryBytes">Of the device.</param>
/// <param name="RefusedLinks">Connections that it has turned away since its start: of a wrong token, version or epoch, or that said nothing.</param>
public sealed record CardHealth(string Instance, CardState State, long FreeMemoryBytes, long RefusedLinks);

/// <summary>What a card does.</summary>
public enum CardState
{
    /// <summary>It takes a task.</summary>
    Idle,

    /// <summary>It has one.</summary>
    Busy,

    /// <summary>It was told to stop: it ends what it has, and takes nothing new.</summary>
    Draining,
}
