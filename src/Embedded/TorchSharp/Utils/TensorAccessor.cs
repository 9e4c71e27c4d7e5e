using System.Collections;

namespace TorchSharp.Utils;

/// <summary>
/// The numbers of a tensor on the CPU in row-major order of its shape, whatever its strides. Writing changes the tensor.
/// It keeps the tensor object, but not its memory: the tensor must not be disposed meanwhile.
/// </summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly torch.Tensor _tensor;
    private readonly bool _contiguous;
    private readonly long[] _shape, _strides;

    internal TensorAccessor(torch.Tensor tensor)
    {
        _tensor = tensor;
        Count = tensor.numel();
        _contiguous = tensor.is_contiguous();
        (_shape, _strides) = (tensor.shape, tensor.stride());
    }

    public long Count { get; }

    public bool IsReadOnly => false;

    /// <summary>One number: by its place in row-major order, or by all its coordinates.</summary>
    public T this[params long[] indices]
    {
        get
        {
            T value = First[Offset(indices)];
            GC.KeepAlive(_tensor);
            return value;
        }
        set
        {
            First[Offset(indices)] = value;
            GC.KeepAlive(_tensor);
        }
    }

    public T[] ToArray()
    {
        T[] array = new T[Count];
        CopyTo(array);
        return array;
    }

    /// <summary>Copies the numbers from <paramref name="tensorIndex"/> on to where they have room.</summary>
    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        Span<T> to = array[arrayIndex..];
        long count = Math.Min(to.Length, Count - tensorIndex);
        if (_contiguous)
            new ReadOnlySpan<T>(First + tensorIndex, checked((int)count)).CopyTo(to);
        else
            for (int i = 0; i < count; i++)
                to[i] = First[OffsetOf(tensorIndex + i)];
        GC.KeepAlive(_tensor);
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    /// <summary>Writes numbers from <paramref name="arrayIndex"/> on into the tensor, as many as it has room for.</summary>
    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        ReadOnlySpan<T> from = array[arrayIndex..];
        from = from[..(int)Math.Min(from.Length, Count - tensorIndex)];
        if (_contiguous)
            from.CopyTo(new Span<T>(First + tensorIndex, from.Length));
        else
            for (int i = 0; i < from.Length; i++)
                First[OffsetOf(tensorIndex + i)] = from[i];
        GC.KeepAlive(_tensor);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom(array.AsSpan(), arrayIndex, tensorIndex);

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Does nothing: the numbers belong to the tensor.</summary>
    public void Dispose() { }

    private T* First => (T*)_tensor.Address;

    private long Offset(long[] indices)
    {
        if (indices.Length == 1)
            return (ulong)indices[0] < (ulong)Count
                ? OffsetOf(indices[0])
                : throw new IndexOutOfRangeException($"element {indices[0]} of {Count}");
        if (indices.Length != _shape.Length)
            throw new ArgumentException($"{indices.Length} coordinates for {_shape.Length} dimensions");
        long offset = 0;
        for (int i = 0; i < indices.Length; i++)
            offset += (ulong)indices[i] < (ulong)_shape[i]
                ? indices[i] * _strides[i]
                : throw new IndexOutOfRangeException($"{indices[i]} of {_shape[i]} in dimension {i}");
        return offset;
    }

    /// <summary>Where the <paramref name="place"/>th number in row-major order lies.</summary>
    private long OffsetOf(long place)
    {
        if (_contiguous)
            return place;
        long offset = 0;
        for (int i = _shape.Length - 1; i >= 0; i--)
        {
            (place, long coordinate) = Math.DivRem(place, _shape[i]);
            offset += coordinate * _strides[i];
        }
        return offset;
    }
}
