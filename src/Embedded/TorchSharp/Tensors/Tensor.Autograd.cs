namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Whether gradients are recorded for what is computed from this tensor.</summary>
        public bool requires_grad
        {
            get => Native.ost_requires_grad(this);
            set => Native.Check(Native.ost_set_requires_grad(this, value));
        }

        public Tensor requires_grad_(bool requires_grad = true) => Done(Native.ost_set_requires_grad(this, requires_grad));

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        /// <summary>Made by the user, not by an operation that records gradients.</summary>
        public bool is_leaf => Native.ost_is_leaf(this);

        /// <summary>Adds the gradients of this number to all leaves that it was computed from.</summary>
        public void backward() => Native.Check(Native.ost_backward(this));

        /// <summary>The gradient so far; null where there is none. Each reading gives a new tensor over the same numbers.</summary>
        public Tensor? grad
        {
            get
            {
                Native.Check(Native.ost_grad(this, out nint gradient));
                return gradient == 0 ? null : new Tensor(gradient);
            }
            set => Native.Check(Native.ost_set_grad(this, value));
        }

        /// <summary>The same numbers, cut off from the record.</summary>
        public Tensor detach() => Native.ost_detach(this);

        public Tensor detach_() => Done(Native.ost_detach_(this));
    }
}
