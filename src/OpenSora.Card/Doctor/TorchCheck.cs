using OpenSora.Contracts.Diagnosis;
using OpenSora.Torch;

namespace OpenSora.Card.Doctor;

/// <summary>Which torch this process has, and what makes it slow.</summary>
internal static class TorchCheck
{
    public static Finding Look(int threads) => Finding.Of("torch", () =>
    {
        TorchEnvironment.Initialize(threads);
        string told = $"{TorchEnvironment.Describe()}, C++ ABI {TorchEnvironment.Abi}, {(TorchEnvironment.IsOfPackage ? "TorchSharp's" : "this machine's")}, in {TorchLibraries.TorchFolder}";
        return TorchEnvironment.SlowProducts is { } slow ? Finding.Failed("torch", $"{told}: {slow}", "run on another torch: --torch DIR", Health.Weak)
            : !TorchEnvironment.HasAttention ? new Finding("torch", Health.Weak, $"{told}: before 2.1, it holds all scores of an attention at once", "run on torch 2.1 or newer, or without --torch")
            : Finding.Ok("torch", told);
    }, "run ./opensora --setup, which brings TorchSharp's anew");
}
