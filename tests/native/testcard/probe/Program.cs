using System.Runtime.InteropServices;
using OpenSora.TestCard.Probe;
using OpenSora.Torch;
using static TorchSharp.torch;

// What a process sees of a device, one line for each fact. A library is loaded for good, so each case needs a process of its own.
try
{
    TorchEnvironment.Initialize(1);
    Device device = Devices.Open(args[1]);
    Console.WriteLine(args[0] switch
    {
        "describe" => $"{Devices.Name(device)} half={Devices.HasHalf(device)} tensor={Devices.Name(zeros(2, device: device).device)}",
        "network" => $"cpu={Network.HashOn(CPU)} card={Network.HashOn(device)}",
        "torch" => $"{TorchEnvironment.Describe()}\n{Libraries.Loaded()}",
        "operations" => string.Join(' ', OperationTimes.Of(() => ones(2, 2, device: device).mm(ones(2, 2, device: device))).Select(time => time.Name).Order()),
        "attention" => $"fused={Devices.HasFusedAttention(device.type)}",
        "block" => Kernels.OfABlock(device),
        "chunk" => Kernels.OfAChunk(device),
        "copies" => Copies.Of(device),
        "sent" => Copies.Sent(device),
        "mixed" => $"sum: {zeros(2, device: device) + zeros(2)}",
        _ => throw new ArgumentException($"unknown question {args[0]}"),
    });
    return 0;
}
catch (Exception error) when (error is ExternalException or DeviceException)
{
    Console.WriteLine($"{error.GetType().Name} {error.HResult:x8}: {error.Message}");
    return 1;
}
