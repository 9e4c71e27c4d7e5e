namespace TorchSharp;

public static partial class torch
{
    /// <summary>Records no gradients on this thread until the result is disposed.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    public static bool is_grad_enabled() => Native.ost_grad_mode();

    /// <summary>
    /// As <see cref="no_grad"/>, and spares the bookkeeping too. Tensors made meanwhile cannot take part in gradients later.
    /// Dispose the result on the same thread.
    /// </summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_inference_mode_enabled() => Native.ost_inference_mode();

    private sealed class GradMode : IDisposable
    {
        private readonly bool _before = Native.ost_grad_mode();

        internal GradMode(bool enabled) => Native.ost_set_grad_mode(enabled);

        public void Dispose() => Native.ost_set_grad_mode(_before);
    }

    private sealed class InferenceMode(bool enabled) : IDisposable
    {
        private nint _guard = Native.ost_inference_mode_begin(enabled);

        public void Dispose()
        {
            Native.ost_inference_mode_end(_guard);
            _guard = 0;
        }
    }
}
