using static TorchSharp.torch;

namespace OpenSora.Torch;

public static partial class Devices
{
    private static Device OpenGcu(string name, int index) => throw new DeviceException(
        $"device {name}: the TorchSharp package has no PrivateUse1 device. Remedy: build with TorchRuntime=libtorch (the default), which binds the vendor's torch");

    private static bool GcuIsPresent() => false;

    private static bool GcuHasHalf() => false;
}
