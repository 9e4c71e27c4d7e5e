namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The same values as another type: rounded to nearest among floats, cut towards zero to integers.</summary>
        /// <param name="copy">A copy even where the tensor is of that type already.</param>
        /// <param name="disposeAfter">Disposes this tensor.</param>
        /// <param name="non_blocking">Does not wait for a copy between devices.</param>
        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To((int)type, -1, -1, copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To(-1, (int)device.type, device.index, copy, disposeAfter, non_blocking);

        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(new Device(device), copy, disposeAfter, non_blocking);

        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To(-1, (int)deviceType, deviceIndex, copy, disposeAfter, non_blocking);

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            To((int)type, (int)device.type, device.index, copy, disposeAfter, non_blocking);

        /// <summary>Type and device of another tensor.</summary>
        public Tensor to(Tensor other, bool non_blocking = false) => to(other.dtype, other.device, non_blocking: non_blocking);

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(type, copy, disposeAfter, non_blocking);

        public Tensor type(ScalarType dtype) => to(dtype);
        public Tensor type_as(Tensor tensor) => to(tensor.dtype);
        public Tensor cpu() => to(DeviceType.CPU);

        public Tensor cuda(Device? device = null, bool non_blocking = false) => device is null || device.type == DeviceType.CUDA
            ? to(DeviceType.CUDA, device?.index ?? -1, non_blocking: non_blocking)
            : throw new ArgumentException($"{device} is not a CUDA device", nameof(device));

        public Tensor @bool() => to(ScalarType.Bool);
        public Tensor @byte() => to(ScalarType.Byte);
        public Tensor @int() => to(ScalarType.Int32);
        public Tensor @long() => to(ScalarType.Int64);
        public Tensor half() => to(ScalarType.Float16);
        public Tensor bfloat16() => to(ScalarType.BFloat16);
        public Tensor @float() => to(ScalarType.Float32);
        public Tensor @double() => to(ScalarType.Float64);

        /// <summary>Another tensor object over the same numbers.</summary>
        public Tensor alias() => Native.ost_alias(this);

        /// <summary>A copy of the numbers.</summary>
        public Tensor clone() => Native.ost_clone(this);

        /// <summary>The same numbers in row-major order: a copy unless they lie so already.</summary>
        public Tensor contiguous() => Native.ost_contiguous(this);

        /// <summary>In memory that a CUDA device can read by itself.</summary>
        public Tensor pin_memory() => Native.ost_pin_memory(this);

        /// <summary>Takes the numbers of another tensor, converted and broadcast to this one.</summary>
        public Tensor copy_(Tensor source, bool nonBlocking = false) => Done(Native.ost_copy_(this, source, nonBlocking));

        /// <summary>Makes this tensor object one over the memory of another.</summary>
        public Tensor set_(Tensor source) => Done(Native.ost_set_(this, source));

        public Tensor fill_(Scalar value) => Done(Native.ost_fill_(this, value));

        public Tensor zero_() => fill_(0);

        /// <summary>This, after an operation in place.</summary>
        private Tensor Done(int status)
        {
            Native.Check(status);
            return this;
        }

        private Tensor To(int type, int deviceType, int index, bool copy, bool disposeAfter, bool nonBlocking)
        {
            Tensor result = Native.ost_to(this, type, deviceType, index, copy, nonBlocking);
            if (disposeAfter)
                Dispose();
            return result;
        }
    }
}
