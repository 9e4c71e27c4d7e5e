using OpenSora.Inference.Conditioning;

namespace OpenSora.Inference.Generation;

/// <summary>The references of each video of a batch; they live from loop to loop.</summary>
internal sealed class ReferenceSet : List<References>, IDisposable
{
    public void Dispose() => ForEach(references => references.Dispose());
}
