namespace TorchSharp
{
    /// <summary>What lies beyond the edges.</summary>
    public enum PaddingModes
    {
        Zeros = 0,
        Reflect = 1,
        Replicate = 2,
        Circular = 3,
        Constant = 4,
    }

    namespace Modules
    {
        /// <summary>The two forms of gelu.</summary>
        public sealed class GELU
        {
            private GELU() { }

            public enum Approximate
            {
                none,

                /// <summary>0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))</summary>
                tanh,
            }
        }
    }

    public static partial class torch
    {
        /// <summary>How numbers between numbers are made.</summary>
        public enum InterpolationMode
        {
            Nearest = 0,
            Linear = 1,
            Bilinear = 2,
            Bicubic = 3,
            Trilinear = 4,
            Area = 5,
            NearestExact = 6,
        }

        public static partial class nn
        {
            /// <summary>What a loss makes of the losses of the elements.</summary>
            public enum Reduction : long
            {
                None = 0,
                Mean = 1,
                Sum = 2,
            }
        }
    }
}
