using System.Runtime.CompilerServices;
using OpenSora.Torch;

namespace OpenSora.TestKit;

/// <summary>Tests touch torch on many threads and in any order: it is there before the first of them, with one thread for each.</summary>
internal static class LoadTorch
{
    [ModuleInitializer]
    internal static void BeforeAnyTest() => TorchEnvironment.Initialize(1);
}
