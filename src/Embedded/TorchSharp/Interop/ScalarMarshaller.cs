using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace TorchSharp;

/// <summary>A number and its kind, as <c>ost::Scalar</c> lays them out. Kind: 0 none, 1 bool, 2 integer, 3 floating point.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeScalar
{
    public double Real;
    public long Integer;
    public int Kind;
}

/// <summary>Passes a <see cref="Scalar"/> by value; null is the kind "none".</summary>
[CustomMarshaller(typeof(Scalar), MarshalMode.ManagedToUnmanagedIn, typeof(ScalarMarshaller))]
internal static class ScalarMarshaller
{
    public static NativeScalar ConvertToUnmanaged(Scalar? scalar) => scalar?.Value ?? default;
}
