namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The number of dimensions.</summary>
        public long ndim => Native.ost_ndim(this);
        public long Dimensions => ndim;
        public long dim() => ndim;

        /// <summary>The number of elements.</summary>
        public long numel() => Native.ost_numel(this);
        public long NumberOfElements => numel();

        /// <summary>Bytes of one element.</summary>
        public long element_size() => Native.ost_element_size(this);
        public long ElementSize => element_size();

        public ScalarType dtype => (ScalarType)Native.ost_dtype(this);

        public Device device => new(device_type, device_index);
        public DeviceType device_type => (DeviceType)Native.ost_device_type(this);
        public int device_index => Native.ost_device_index(this);
        public bool is_cpu() => device_type == DeviceType.CPU;
        public bool is_cuda => device_type == DeviceType.CUDA;
        public bool is_meta => device_type == DeviceType.META;

        public bool is_integral() => torch.is_integral(dtype);
        public bool is_floating_point() => torch.is_floating_point(dtype);

        public unsafe long[] shape
        {
            get
            {
                long[] sizes = new long[ndim];
                fixed (long* p = sizes)
                    Native.ost_shape(this, p);
                return sizes;
            }
        }

        public long[] size() => shape;

        /// <param name="dim">Counted from the end where negative.</param>
        public long size(int dim)
        {
            Native.Check(Native.ost_size(this, dim, out long size));
            return size;
        }

        /// <summary>Elements between neighbours along each dimension.</summary>
        public unsafe long[] stride()
        {
            long[] strides = new long[ndim];
            fixed (long* p = strides)
                Native.ost_strides(this, p);
            return strides;
        }

        public long stride(int dim) => stride()[dim < 0 ? dim + ndim : dim];

        public long storage_offset() => Native.ost_storage_offset(this);

        public bool is_contiguous() => Native.ost_is_contiguous(this);

        /// <summary>Type, shape and device, e.g. <c>[2x3], type = Float32, device = cpu</c>.</summary>
        public override string ToString() => IsInvalid
            ? "invalid"
            : $"[{string.Join('x', shape)}], type = {dtype}, device = {device}";
    }
}
