using System.Runtime.CompilerServices;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>As in Python: numbers and slices give views, tensors pick copies. Setting writes into this tensor.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => index(Array.ConvertAll(indices, index => TensorIndex.Single(index)));
            set => index_put_(value, Array.ConvertAll(indices, index => TensorIndex.Single(index)));
        }

        public Tensor index(params TensorIndex[] indices)
        {
            Tensor picked = Native.ost_index(this, ToNative(indices), indices.Length);
            GC.KeepAlive(indices);
            return picked;
        }

        public Tensor index(params Tensor[] indices) => index(Array.ConvertAll(indices, TensorIndex.Tensor));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            Native.Check(Native.ost_index_put_(this, ToNative(indices), indices.Length, value));
            GC.KeepAlive(indices);
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) =>
            index_put_(value, Array.ConvertAll(indices, TensorIndex.Tensor));

        /// <param name="accumulate">Adds instead of overwriting, also where a place is named twice.</param>
        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false)
        {
            if (!accumulate)
                return index_put_(value, indices);
            using TensorHandles handles = new(indices);
            return Done(Native.ost_index_accumulate_(this, handles.Handles, handles.Count, value));
        }

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            Native.Check(Native.ost_index_put_scalar_(this, ToNative(indices), indices.Length, value));
            GC.KeepAlive(indices);
            return this;
        }

        /// <summary>Places of a dimension by number.</summary>
        public Tensor index_select(long dim, Tensor index) => Native.ost_index_select(this, dim, index);

        /// <summary>The elements where the mask is true, in one dimension.</summary>
        public Tensor masked_select(Tensor mask) => Native.ost_masked_select(this, mask);

        public Tensor masked_fill(Tensor mask, Scalar value) => Native.ost_masked_fill(this, mask, value);

        public Tensor masked_fill_(Tensor mask, Scalar value) => Done(Native.ost_masked_fill_(this, mask, value));

        /// <summary>Elements by number along a dimension, each place with an index of its own.</summary>
        public Tensor gather(long dim, Tensor index) => Native.ost_gather(this, dim, index);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Native.ost_scatter(this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Tensor src) => Done(Native.ost_scatter_(this, dim, index, src));

        /// <summary>This where the condition is true, else <paramref name="y"/>.</summary>
        public Tensor where(Tensor condition, Tensor y) => Native.ost_where(condition, this, y);

        /// <summary>The places of what is not zero: [count, dimensions].</summary>
        public Tensor nonzero() => Native.ost_nonzero(this);

        public unsafe (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false)
        {
            nint* pair = stackalloc nint[2];
            Native.Check(Native.ost_sort(this, dim, descending, stable, pair));
            return (new Tensor(pair[0]), new Tensor(pair[1]));
        }

        public Tensor argsort(long dim = -1, bool descending = false)
        {
            (Tensor values, Tensor indices) = sort(dim, descending);
            values.Dispose();
            return indices;
        }

        public unsafe (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
        {
            nint* pair = stackalloc nint[2];
            Native.Check(Native.ost_topk(this, k, dim, largest, sorted, pair));
            return (new Tensor(pair[0]), new Tensor(pair[1]));
        }

        private static NativeIndex[] ToNative(TensorIndex[] indices) => Array.ConvertAll(indices, index => index.ToNative());
    }
}
