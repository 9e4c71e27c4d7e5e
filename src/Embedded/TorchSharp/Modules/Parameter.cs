namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>A tensor that a module registers as its own when it is a field of it.</summary>
        public class Parameter : torch.Tensor
        {
            /// <param name="data">A tensor of the user's own; it becomes empty, and its scope owns the parameter instead.</param>
            public Parameter(torch.Tensor data, bool requires_grad = true)
                : base(data.with_requires_grad(requires_grad).MoveHandle(), register: false) =>
                DisposeScope.Replace(data, this);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
