namespace OpenSora.Torch.Kernels;

/// <summary>The kernels in one instruction set. All arrays are dense row-major float32.</summary>
internal abstract unsafe class KernelSet
{
    /// <summary>The best first.</summary>
    private static readonly KernelSet[] s_all = [new Of<Lanes512>(), new Of<Lanes256>(), new Of<Lanes128>()];

    public abstract string Name { get; }

    protected abstract bool IsSupported { get; }

    /// <param name="name">Null for the best one.</param>
    /// <returns>Null when this processor lacks it.</returns>
    public static KernelSet? Find(string? name) => Array.Find(s_all, set => set.IsSupported && (name is null || name == set.Name));

    public abstract void Gelu(float* x, float* bias, long rows, long columns);

    public abstract void Modulate(float* x, float* scale, float* shift, float* to, long rows, long columns, long repeat, long period, float epsilon);

    public abstract void Heads(in HeadTensors heads);

    public abstract void Attend(float* q, float* k, float* v, float* to, long sequences, long tokens, long size, float scale);

    public abstract void Moments(float* x, long runs, long count, float epsilon, float* mean, float* inverse);

    public abstract void ScaledSilu(float* x, float* scale, float* shift, float* to, in Planes planes);

    public abstract void WinogradInput(float* x, float* to, in Tiles tiles);

    public abstract void WinogradOutput(float* m, float* bias, float* to, bool adds, in Tiles tiles);

    public abstract void RoundToBFloat16(float* x, float* to, long count);

    private sealed class Of<T> : KernelSet where T : unmanaged, ILanes<T>
    {
        public override string Name => T.Name;

        protected override bool IsSupported => T.IsSupported;

        public override void Gelu(float* x, float* bias, long rows, long columns) => RowThreads.Compute(new GeluRows<T>(x, bias, rows, columns));

        public override void Modulate(float* x, float* scale, float* shift, float* to, long rows, long columns, long repeat, long period, float epsilon) =>
            RowThreads.Compute(new ModulateRows<T>(x, scale, shift, to, rows, columns, repeat, period, epsilon));

        public override void Heads(in HeadTensors heads) => RowThreads.Compute(new HeadRows<T>(heads));

        public override void Attend(float* q, float* k, float* v, float* to, long sequences, long tokens, long size, float scale) =>
            RowThreads.Compute(new AttendRows<T>(q, k, v, to, sequences, tokens, size, scale));

        public override void Moments(float* x, long runs, long count, float epsilon, float* mean, float* inverse) =>
            RowThreads.Compute(new MomentRuns<T>(x, runs, count, epsilon, mean, inverse));

        public override void ScaledSilu(float* x, float* scale, float* shift, float* to, in Planes planes) =>
            RowThreads.Compute(new ScaledSiluRows<T>(x, scale, shift, to, planes));

        public override void WinogradInput(float* x, float* to, in Tiles tiles) => RowThreads.Compute(new WinogradInput<T>(x, to, tiles));

        public override void WinogradOutput(float* m, float* bias, float* to, bool adds, in Tiles tiles) =>
            RowThreads.Compute(new WinogradOutput<T>(m, bias, to, adds, tiles));

        public override void RoundToBFloat16(float* x, float* to, long count) => RowThreads.Compute(new RoundedRows<T>(x, to, count));
    }
}
