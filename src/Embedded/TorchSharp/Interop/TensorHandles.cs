namespace TorchSharp;

/// <summary>A list of tensors that is held for the time of a native call.</summary>
internal readonly ref struct TensorHandles
{
    private readonly ReadOnlySpan<torch.Tensor> _tensors;
    private readonly nint[] _handles;

    internal TensorHandles(ReadOnlySpan<torch.Tensor> tensors)
    {
        _tensors = tensors;
        _handles = new nint[tensors.Length];
        int held = 0;
        try
        {
            for (; held < tensors.Length; held++)
                _handles[held] = tensors[held].Hold();
        }
        catch
        {
            while (held-- > 0)
                tensors[held].Release();
            throw;
        }
    }

    internal ReadOnlySpan<nint> Handles => _handles;
    internal int Count => _handles.Length;

    public void Dispose()
    {
        foreach (torch.Tensor tensor in _tensors)
            tensor.Release();
    }

    /// <summary>Handles that native code gave away, as tensors of the current scope.</summary>
    internal static torch.Tensor[] Own(ReadOnlySpan<nint> handles)
    {
        torch.Tensor[] tensors = new torch.Tensor[handles.Length];
        for (int i = 0; i < handles.Length; i++)
            tensors[i] = new torch.Tensor(handles[i]);
        return tensors;
    }
}
