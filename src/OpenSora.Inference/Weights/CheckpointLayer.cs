using OpenSora.Contracts;

namespace OpenSora.Inference.Weights;

/// <summary>One checkpoint of an overlay, and what the network calls its keys.</summary>
/// <param name="Checkpoint">Where the tensors lie.</param>
/// <param name="Rename">From a key of the file to the key that the network asks for; null when they are the same.</param>
public sealed record CheckpointLayer(Checkpoint Checkpoint, Func<string, string>? Rename = null)
{
    /// <summary>
    /// A checkpoint of a part of the network: its keys appear below <paramref name="prefix"/>, e.g.
    /// <c>spatial_vae.module.</c> for the standalone 2D VAE inside the video VAE.
    /// </summary>
    public static CheckpointLayer Below(string prefix, Checkpoint checkpoint) => new(checkpoint, key => prefix + key);

    /// <summary>From the network's keys to the file's.</summary>
    /// <exception cref="InputException">Two keys of the file mean the same one of the network.</exception>
    internal Dictionary<string, string> Keys()
    {
        Dictionary<string, string> keys = new(Checkpoint.Entries.Count);
        foreach (string stored in Checkpoint.Entries.Keys)
        {
            string key = Rename?.Invoke(stored) ?? stored;
            if (!keys.TryAdd(key, stored))
                throw new InputException(
                    $"{Checkpoint.Path} holds {Show.Name(key)} under two names, {Show.Name(keys[key])} and {Show.Name(stored)}");
        }
        return keys;
    }
}
