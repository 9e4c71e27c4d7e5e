using OpenSora.Links;
using static TorchSharp.torch;

namespace OpenSora.Parallel.Switching;

/// <summary>Sees what a rank computed before it is handed on to other ranks, or kept here. It may be called by the threads of both halves of guidance, one at a time.</summary>
/// <param name="address">Where it belongs.</param>
/// <param name="numbers">On the rank's device.</param>
public delegate void UnitSeen(FrameAddress address, Tensor numbers);
