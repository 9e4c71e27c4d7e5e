using System.Runtime.InteropServices.Marshalling;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers on the CPU: the same numbers as torch's own for the same seed.</summary>
    [NativeMarshalling(typeof(GeneratorMarshaller))]
    public class Generator : IDisposable
    {
        private Generator(nint handle)
        {
            Handle = handle != 0 ? handle : throw Native.LastError();
            device = CPU;
        }

        /// <exception cref="NotSupportedException">The device is not the CPU.</exception>
        public Generator(ulong seed = 0, Device? device = null)
            : this(device is null || device.type == DeviceType.CPU
                ? Native.ost_generator_new(seed)
                : throw new NotSupportedException($"a generator on {device}: draw on the CPU and copy, so that a seed means the same on all devices"))
        { }

        ~Generator() => Dispose(false);

        /// <summary>The one that is used where none is given.</summary>
        public static Generator Default => new(Native.ost_generator_default());

        public IntPtr Handle { get; private set; }

        public Device device { get; }

        public Generator manual_seed(long seed)
        {
            Native.Check(Native.ost_generator_seed(this, (ulong)seed));
            return this;
        }

        public long initial_seed() => (long)Native.ost_generator_initial_seed(this);

        /// <summary>All that decides the next numbers, as bytes.</summary>
        public Tensor get_state() => Native.ost_generator_state(this);

        public void set_state(Tensor value) => Native.Check(Native.ost_generator_set_state(this, value));

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (Handle == 0)
                return;
            Native.ost_generator_delete(Handle);
            Handle = 0;
        }
    }

    public static Generator manual_seed(long seed)
    {
        Native.Check(Native.ost_manual_seed((ulong)seed));
        return Generator.Default;
    }
}
