namespace OpenSora.Torch.Kernels;

/// <summary>Float32 numbers in one register of an instruction set: all that the kernels know of it. Every operation is one of IEEE 754 or exact.</summary>
internal unsafe interface ILanes<T> where T : unmanaged, ILanes<T>
{
    /// <summary>What <see cref="FusedKernels.Use"/> calls the instruction set.</summary>
    static abstract string Name { get; }

    /// <summary>Whether this processor has it.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Numbers at once.</summary>
    static abstract int Count { get; }

    static abstract T All(float x);

    static abstract T Load(float* from);

    /// <summary>The first <paramref name="count"/> numbers; the other lanes hold 0. Nothing behind them is read.</summary>
    static abstract T LoadFirst(float* from, long count);

    static abstract void Store(T x, float* to);

    static abstract void StoreFirst(T x, float* to, long count);

    /// <summary>The lanes from <paramref name="count"/> on become 0.</summary>
    static abstract T KeepFirst(T x, long count);

    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(T a, T b);

    static abstract T operator /(T a, T b);

    /// <summary>a · b + c, rounded once where the instruction set can.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);

    /// <summary>The larger; NaN where <paramref name="b"/> is.</summary>
    static abstract T Larger(T a, T b);

    /// <summary>The smaller; NaN where <paramref name="b"/> is.</summary>
    static abstract T Smaller(T a, T b);

    /// <summary>The bits of each number moved up by 23: whole numbers in the lowest become exponents.</summary>
    static abstract T BitsToExponent(T x);

    /// <summary>To the nearest bfloat16, ties to even.</summary>
    static abstract T RoundToBFloat16(T x);

    /// <summary>Each number where its neighbour of the same pair was.</summary>
    static abstract T SwapPairs(T x);

    /// <summary>Twice <see cref="Count"/> numbers: those at even places and those at odd ones.</summary>
    static abstract void LoadPairs(float* from, out T even, out T odd);

    /// <summary>The inverse of <see cref="LoadPairs"/>.</summary>
    static abstract void StorePairs(T even, T odd, float* to);

    /// <summary>Always in the same order.</summary>
    static abstract float Sum(T x);

    /// <summary>The sums of four, each in that order.</summary>
    static abstract void StoreSums(T a, T b, T c, T d, float* to);

    /// <summary>The largest lane, for numbers only.</summary>
    static abstract float Largest(T x);
}
