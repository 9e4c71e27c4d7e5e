namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>The functions that layers are made of.</summary>
        public static partial class functional
        {
            /// <summary>input @ weights^T + bias; weights [out, in].</summary>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Native.ost_linear(input, weights, bias);

            /// <summary>To mean 0 and variance 1 over the last dimensions, then scaled and shifted.</summary>
            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Native.ost_layer_norm(input, normalized_shape, normalized_shape.Length, weight, bias, eps);

            /// <summary>To mean 0 and variance 1 over groups of channels (dimension 1), then scaled and shifted by channel.</summary>
            public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Native.ost_group_norm(input, num_groups, weight, bias, eps);

            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? x.relu_() : x.relu();

            /// <summary>x * sigmoid(x)</summary>
            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? x.silu_() : x.silu();

            public static Tensor gelu(Tensor x) => x.gelu();

            public static Tensor gelu(Tensor x, Modules.GELU.Approximate approximate, bool inplace = false)
            {
                if (!inplace)
                    return Native.ost_gelu(x, approximate == Modules.GELU.Approximate.tanh);
                using Tensor result = Native.ost_gelu(x, approximate == Modules.GELU.Approximate.tanh);
                return x.copy_(result);
            }

            public static Tensor sigmoid(Tensor x) => x.sigmoid();

            public static Tensor tanh(Tensor x, bool inplace = false) => inplace ? x.tanh_() : x.tanh();

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

            /// <summary>x divided by its length along a dimension, which counts as at least eps.</summary>
            public static Tensor normalize(Tensor input, double p = 2.0, long dim = 1L, double eps = 1e-12)
            {
                using Tensor length = Native.ost_norm(input, p, dim, true);
                using Tensor divisor = length.clamp_min(eps);
                return input.div(divisor);
            }

            /// <summary>softmax(q @ k^T / sqrt(d) + mask) @ v over the last two dimensions.</summary>
            /// <param name="attn_mask">Added; or of bool: true where to look.</param>
            /// <param name="p">Dropout.</param>
            /// <param name="is_casual">Looks only at what comes before (TorchSharp's spelling).</param>
            public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false) =>
                Native.ost_scaled_dot_product_attention(query, key, value, attn_mask, p, is_casual);

            /// <summary>1 at the place that a number names, in a new last dimension. -1: as many places as the largest needs.</summary>
            public static Tensor one_hot(Tensor x, long num_classes = -1) => Native.ost_one_hot(x, num_classes);

            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Native.ost_mse_loss(input, target, (long)reduction);

            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Native.ost_l1_loss(input, target, (long)reduction);
        }
    }
}
