namespace OpenSora.Inference.Verification;

/// <summary>A network of a case, loaded when its first file is compared; what is wrong with it is told of each file.</summary>
internal sealed class Loaded<T>(Func<T> load) : IDisposable where T : class, IDisposable
{
    private readonly Lazy<T> _value = new(load);

    public T Value => _value.Value;

    public void Dispose()
    {
        if (_value.IsValueCreated)
            _value.Value.Dispose();
    }
}
