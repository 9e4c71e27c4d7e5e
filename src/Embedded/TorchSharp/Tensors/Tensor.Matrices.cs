namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The product of vectors, matrices or batches of matrices; batches are broadcast.</summary>
        public Tensor matmul(Tensor target) => Native.ost_matmul(this, target);

        /// <summary>[n, k] @ [k, m]</summary>
        public Tensor mm(Tensor target) => Native.ost_mm(this, target);

        /// <summary>[b, n, k] @ [b, k, m]</summary>
        public Tensor bmm(Tensor batch2) => Native.ost_bmm(this, batch2);

        /// <summary>[n, k] @ [k]</summary>
        public Tensor mv(Tensor target) => Native.ost_mv(this, target);

        public Tensor dot(Tensor target) => Native.ost_dot(this, target);

        /// <summary>[n], [m] to [n, m]</summary>
        public Tensor outer(Tensor vec2) => Native.ost_outer(this, vec2);

        /// <summary>beta * this + alpha * mat1 @ mat2</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) => Native.ost_addmm(this, mat1, mat2, beta, alpha);

        public Tensor addmm_(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1) =>
            Done(Native.ost_addmm_(this, mat1, mat2, beta, alpha));

        /// <summary>beta * this + alpha * batch1 @ batch2, matrix by matrix</summary>
        public Tensor baddbmm(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Native.ost_baddbmm(this, batch1, batch2, beta, alpha);
    }
}
