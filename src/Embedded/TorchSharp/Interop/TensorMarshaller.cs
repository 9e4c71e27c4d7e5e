using System.Runtime.InteropServices.Marshalling;

namespace TorchSharp;

/// <summary>How tensors cross to native code and back.</summary>
[CustomMarshaller(typeof(torch.Tensor), MarshalMode.ManagedToUnmanagedIn, typeof(In))]
[CustomMarshaller(typeof(torch.Tensor), MarshalMode.ManagedToUnmanagedOut, typeof(Out))]
internal static class TensorMarshaller
{
    /// <summary>Keeps the native tensor alive until the call has returned. No tensor is a null handle.</summary>
    public ref struct In
    {
        private torch.Tensor? _tensor;
        private nint _handle;

        public void FromManaged(torch.Tensor? tensor)
        {
            if (tensor is null)
                return;
            _handle = tensor.Hold();
            _tensor = tensor;
        }

        public readonly nint ToUnmanaged() => _handle;

        public readonly void Free() => _tensor?.Release();
    }

    /// <summary>A handle that native code gave away becomes a tensor of the current scope; a null handle is a failure.</summary>
    public static class Out
    {
        public static torch.Tensor ConvertToManaged(nint handle) =>
            handle == 0 ? throw Native.LastError() : new torch.Tensor(handle);
    }
}
