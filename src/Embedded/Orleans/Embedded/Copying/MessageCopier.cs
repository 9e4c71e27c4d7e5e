using System.Collections.Concurrent;
using Orleans.Serialization;

namespace Orleans.Embedded.Copying;

/// <summary>
/// Copies what goes from a caller to a grain and back, so that neither sees what the other does to it later: what two processes would
/// have anyway.
/// </summary>
internal sealed class MessageCopier
{
    private readonly ConcurrentDictionary<Type, Copy> copies = new();

    /// <summary>Copies an object whose type has been looked at.</summary>
    public delegate object? Copy(object original, Originals originals);

    /// <exception cref="CodecNotFoundException">Something in it is of a type that cannot travel.</exception>
    public object? CopyOf(object? original) => CopyOf(original, new Originals());

    /// <inheritdoc cref="CopyOf(object?)"/>
    public object? CopyOf(object? original, Originals originals) =>
        original is null ? null
        : originals.TryGet(original, out object? copy) ? copy
        : copies.GetOrAdd(original.GetType(), For)(original, originals);

    private Copy For(Type type) =>
        ByReference.Allows(type) ? (original, _) => original
        : CollectionCopies.TryMake(type, this)
        ?? TupleCopies.TryMake(type, this)
        ?? ObjectCopies.TryMake(type, this)
        ?? throw new CodecNotFoundException($"Could not find a copier for type {type}. Give it [GenerateSerializer], and its members [Id].");
}
