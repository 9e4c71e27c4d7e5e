using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A tensor of libtorch. Every operation gives a new one, which belongs to the innermost dispose scope of its thread;
    /// the finalizer frees what no scope owns and nobody disposes, late.
    /// </summary>
    /// <remarks>
    /// The tensor is its own safe handle: one object, and a disposal on another thread waits for running calls.
    /// Errors of torch are <see cref="ExternalException"/>s with the first line of torch's message.
    /// </remarks>
    [NativeMarshalling(typeof(TensorMarshaller))]
    public partial class Tensor : SafeHandle
    {
        private static long s_count, s_peak;

        internal Tensor(IntPtr handle, bool register = true) : base(0, ownsHandle: true)
        {
            SetHandle(handle);
            long count = Interlocked.Increment(ref s_count);
            if (count > Volatile.Read(ref s_peak))
                Volatile.Write(ref s_peak, count);
            if (register)
                OwningDisposeScope = DisposeScopeManager.ThreadSingleton.Register(this);
        }

        /// <summary>Tensors of this process that are alive.</summary>
        public static long TotalCount => Interlocked.Read(ref s_count);

        /// <summary>The most that were alive at once.</summary>
        public static long PeakCount => Interlocked.Read(ref s_peak);

        /// <summary>A tensor that owns a native handle of this library.</summary>
        public static Tensor UnsafeCreateTensor(IntPtr handle) => new(handle);

        internal DisposeScope? OwningDisposeScope { get; set; }

        /// <summary>A note for the reader; nothing depends on it.</summary>
        public string? name { get; set; }

        public override bool IsInvalid => handle == 0 || IsClosed;

        /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
        public IntPtr Handle => IsInvalid ? throw Disposed() : handle;

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is null)
                other?.Attach(this);
            else
                OwningDisposeScope.MoveToOther(other, this);
            return this;
        }

        /// <summary>Starts a native call: the tensor stays alive until <see cref="Release"/>.</summary>
        internal nint Hold()
        {
            if (IsInvalid)
                throw Disposed();
            bool held = false;
            DangerousAddRef(ref held);
            return handle;
        }

        /// <summary>Ends a native call.</summary>
        internal void Release() => DangerousRelease();

        /// <summary>Gives the native tensor away; this object is as good as disposed then.</summary>
        internal nint MoveHandle()
        {
            nint moved = Handle;
            SetHandleAsInvalid();
            Interlocked.Decrement(ref s_count);
            return moved;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !IsInvalid)
            {
                DisposeScopeManager.ThreadSingleton.Disposing(this);
                OwningDisposeScope?.MarkAsDisposed(this);
            }
            base.Dispose(disposing);
        }

        protected override bool ReleaseHandle()
        {
            Interlocked.Decrement(ref s_count);
            Native.ost_delete(handle);
            return true;
        }

        private ObjectDisposedException Disposed() => new(nameof(Tensor),
            "Tensor invalid -- empty handle: it was disposed, by hand or by the end of its dispose scope, or became a parameter.");
    }
}
