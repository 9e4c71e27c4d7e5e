using OpenSora.Contracts;
using OpenSora.Contracts.Profiling;
using OpenSora.Inference.Profiling;
using OpenSora.Torch;

namespace OpenSora.Card;

/// <summary>Times a network of random weights on the CPU of this card.</summary>
internal static class ProfileTask
{
    /// <exception cref="InputException">A size is out of range, or the processor lacks the kernels asked for.</exception>
    public static Profiled Run(ProfileRequest request, EventWriter events, CancellationToken cancel)
    {
        TorchEnvironment.Initialize(request.Threads);
        if (request.Operations && !OperationTimes.SeesTorch)
            events.Write(new Notice("TorchSharp's own torch does not tell of its operations: only kernels of this program are listed; run on another torch (--torch DIR) for all"));
        return new Profiled(Profile.Run(request, cancel));
    }
}
