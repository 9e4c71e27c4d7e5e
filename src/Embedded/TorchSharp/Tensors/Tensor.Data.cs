namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The numbers, readable and writable. Of a tensor on a device it is a copy.</summary>
        /// <exception cref="ArgumentException"><typeparamref name="T"/> is not what the tensor holds.</exception>
        public Utils.TensorAccessor<T> data<T>() where T : unmanaged
        {
            ScalarType held = dtype;
            if (ToScalarType(typeof(T)) != held)
                throw new ArgumentException($"{typeof(T).Name} is not compatible with {held}");
            return new(is_cpu() ? this : cpu());
        }

        /// <summary>The number of a tensor of one element.</summary>
        public T item<T>() where T : unmanaged => numel() == 1
            ? data<T>()[0]
            : throw new ArgumentException($"item() of {numel()} elements: there must be 1");

        /// <summary>The number of a tensor of one element, whatever its type.</summary>
        public Scalar ToScalar()
        {
            Native.Check(Native.ost_item(this, out NativeScalar value));
            return new Scalar(value, value.Kind switch { 1 => ScalarType.Bool, 2 => ScalarType.Int64, _ => ScalarType.Float64 });
        }

        /// <summary>The memory of a contiguous tensor on the CPU. It is good for as long as the tensor is.</summary>
        /// <exception cref="InvalidOperationException">Not contiguous, or not on the CPU.</exception>
        /// <exception cref="ArgumentException">More than 2 GiB, or written with another length.</exception>
        public unsafe Span<byte> bytes
        {
            get
            {
                long length = numel() * element_size();
                if (!is_contiguous())
                    throw new InvalidOperationException("bytes of a tensor that is not contiguous");
                if (!is_cpu())
                    throw new InvalidOperationException($"bytes of a tensor on {device}: copy it to the CPU first");
                if (length > int.MaxValue)
                    throw new ArgumentException($"bytes of a tensor of {length} bytes: a span holds at most {int.MaxValue}");
                return new Span<byte>((void*)Address, (int)length);
            }
            set
            {
                Span<byte> memory = bytes;
                if (memory.Length != value.Length)
                    throw new ArgumentException($"{value.Length} bytes for a tensor of {memory.Length}");
                value.CopyTo(memory);
            }
        }

        /// <summary>Where the first element lies, in the memory of the tensor's device.</summary>
        internal nint Address
        {
            get
            {
                Native.Check(Native.ost_data(this, out nint address));
                return address;
            }
        }

        public static explicit operator float(Tensor value) => value.ToSingle();
        public static explicit operator double(Tensor value) => value.ToDouble();
        public static explicit operator byte(Tensor value) => value.ToByte();
        public static explicit operator int(Tensor value) => value.ToInt32();
        public static explicit operator long(Tensor value) => value.ToInt64();
        public static explicit operator bool(Tensor value) => value.ToBoolean();
    }
}
