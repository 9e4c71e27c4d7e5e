using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>One entry of an index as <c>ost::Index</c> lays it out. Kind: 0 none, 1 ellipsis, 2 one, 3 slice, 4 tensor, 5 bool.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeIndex
{
    public int Kind;
    public long Start, Stop, Step;
    public nint Tensor;
}

public static partial class torch
{
    /// <summary>One entry of <c>x[...]</c>, as in Python. Numbers, ranges and <c>^1</c> convert to it by themselves.</summary>
    public struct TensorIndex
    {
        private int _kind;
        private long? _start, _stop, _step;
        internal Tensor? Picked { get; private set; }

        /// <summary>All dimensions that are not named.</summary>
        public static TensorIndex Ellipsis = new() { _kind = 1 };

        /// <summary>A new dimension of size 1.</summary>
        public static TensorIndex None;

        /// <summary>A new dimension of size 1.</summary>
        public static TensorIndex Null;

        /// <summary>A whole dimension.</summary>
        public static TensorIndex Colon = Slice();

        /// <summary>From start to before stop; negative counts from the end.</summary>
        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { _kind = 3, _start = start, _stop = stop, _step = step };

        public static TensorIndex Slice(Range range) => range;

        public static TensorIndex Bool(bool value) => new() { _kind = 5, _start = value ? 1 : 0 };

        public static TensorIndex Single(long? index) => new() { _kind = 2, _start = index };

        /// <summary>Places by number, or a mask.</summary>
        public static TensorIndex Tensor(Tensor tensor) => new() { _kind = 4, Picked = tensor };

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range.start, range.end);

        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);

        public static implicit operator TensorIndex(Range range) => Slice(
            range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value,
            !range.End.IsFromEnd ? range.End.Value : range.End.Value == 0 ? null : -range.End.Value);

        /// <summary>For the time of a call in which <see cref="Picked"/> is kept alive by the caller.</summary>
        internal readonly NativeIndex ToNative() => new()
        {
            Kind = _kind,
            Start = _start ?? (_kind == 2 ? 0 : Native.None),
            Stop = _stop ?? Native.None,
            Step = _step ?? Native.None,
            Tensor = Picked?.Handle ?? 0,
        };
    }
}
