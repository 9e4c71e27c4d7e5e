namespace TorchSharp;

public static partial class torch
{
    /// <summary>Tensors one after the other along a dimension that they have.</summary>
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => cat([.. tensors], dim);

    public static Tensor cat(Tensor[] tensors, long dim = 0) => cat((ReadOnlySpan<Tensor>)tensors, dim);

    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0)
    {
        using TensorHandles handles = new(tensors);
        return Native.ost_cat(handles.Handles, handles.Count, dim);
    }

    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => cat(tensors, dim);

    /// <summary>Tensors of one shape along a new dimension.</summary>
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0)
    {
        using TensorHandles handles = new([.. tensors]);
        return Native.ost_stack(handles.Handles, handles.Count, dim);
    }

    /// <summary>A sum of products in Einstein's notation, e.g. <c>bij,bjk->bik</c>.</summary>
    public static Tensor einsum(string equation, params Tensor[] tensors)
    {
        using TensorHandles handles = new(tensors);
        return Native.ost_einsum(equation, handles.Handles, handles.Count);
    }

    /// <summary>The coordinates of a grid: one tensor for each axis.</summary>
    /// <param name="indexing"><c>ij</c>, rows first, or <c>xy</c>.</param>
    public static unsafe Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij")
    {
        using TensorHandles handles = new([.. tensors]);
        nint[] grids = new nint[handles.Count];
        fixed (nint* p = grids)
            Native.Check(Native.ost_meshgrid(handles.Handles, handles.Count, indexing, p));
        return TensorHandles.Own(grids);
    }

    /// <summary>Views of all tensors in the shape that they have in common.</summary>
    public static unsafe IList<Tensor> broadcast_tensors(params Tensor[] tensors)
    {
        using TensorHandles handles = new(tensors);
        nint[] views = new nint[handles.Count];
        fixed (nint* p = views)
            Native.Check(Native.ost_broadcast_tensors(handles.Handles, handles.Count, p));
        return TensorHandles.Own(views);
    }
}
