namespace OpenSora.Cluster.Grains;

/// <summary>One card: how it is, and who has it. The key is its name.</summary>
/// <remarks>Tasks and tensors do not pass here: they go from the silo that a card joined to the card, over HTTP.</remarks>
[Alias("opensora.card")]
public interface ICardGrain : IGrainWithStringKey
{
    /// <summary>As of its last sign of life; null when it is gone.</summary>
    [Alias("get")]
    Task<CardDocument?> Get();
}
