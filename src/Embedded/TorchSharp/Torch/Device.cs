namespace TorchSharp;

/// <summary>The kinds of devices, numbered as in torch 2; older torches that number them otherwise are translated.</summary>
public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
    HIP = 6,
    XLA = 9,
    MPS = 13,
    META = 14,

    /// <summary>A kind that a vendor's library brings. TorchSharp does not have it.</summary>
    PRIVATEUSEONE = 20,
}

public static partial class torch
{
    /// <summary>Where a tensor lies.</summary>
    public class Device
    {
        /// <param name="description"><c>type</c> or <c>type:index</c>, e.g. <c>cuda:1</c>.</param>
        /// <exception cref="ArgumentException">There is no such type.</exception>
        public Device(string description)
        {
            string[] parts = description.Split(':', 2);
            type = Parse(parts[0]);
            index = parts.Length == 2 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : -1;
        }

        public Device(string deviceType, int index = -1) => (type, this.index) = (Parse(deviceType), index);

        public Device(DeviceType deviceType, int index = -1) => (type, this.index) = (deviceType, index);

        /// <summary>A CUDA device.</summary>
        public Device(int index) => (type, this.index) = (DeviceType.CUDA, index);

        public DeviceType type { get; }

        /// <summary>-1: the current one of its kind.</summary>
        public int index { get; }

        public static implicit operator Device(string description) => new(description);

        public override string ToString() =>
            type == DeviceType.CPU ? "cpu" : index == -1 ? type.ToString().ToLowerInvariant() : $"{type.ToString().ToLowerInvariant()}:{index}";

        private static DeviceType Parse(string name) => (DeviceType)Enum.Parse(typeof(DeviceType), name.ToUpperInvariant());
    }

    public static readonly Device CPU = new(DeviceType.CPU);
    public static readonly Device META = new(DeviceType.META);
    public static Device CUDA => device(DeviceType.CUDA);

    public static Device device(string description) => Present(new Device(description));
    public static Device device(string deviceType, int index = -1) => Present(new Device(deviceType, index));
    public static Device device(DeviceType deviceType, int index = -1) => Present(new Device(deviceType, index));
    public static Device device(int index) => Present(new Device(DeviceType.CUDA, index));

    private static Device Present(Device device) => device.type != DeviceType.CUDA || cuda.is_available()
        ? device
        : throw new InvalidOperationException("there is no CUDA device here, or this torch was built without CUDA");

    /// <summary>What can be asked about CUDA.</summary>
    public static class cuda
    {
        public static bool is_available() => device_count() > 0;

        public static int device_count()
        {
            int count = 0;
            if (Native.ost_device_is_registered((int)DeviceType.CUDA))
                Native.Check(Native.ost_device_count((int)DeviceType.CUDA, out count));
            return count;
        }

        /// <summary>Waits until a device, by default the first, has done all that was asked of it.</summary>
        public static void synchronize(Device? device = null) =>
            Native.Check(Native.ost_device_synchronize((int)DeviceType.CUDA, Math.Max(0, device?.index ?? 0)));
    }
}
