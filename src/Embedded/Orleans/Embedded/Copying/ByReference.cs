using System.Globalization;
using System.Net;
using System.Numerics;
using Orleans.Embedded.Calls;
using Orleans.Streams;

namespace Orleans.Embedded.Copying;

/// <summary>Types whose objects nobody can change, or has promised not to change: they are passed as they are.</summary>
internal static class ByReference
{
    private static readonly HashSet<Type> Known =
    [
        typeof(object), typeof(string), typeof(decimal), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan),
        typeof(Guid), typeof(Uri), typeof(Version), typeof(BigInteger), typeof(Half), typeof(Int128), typeof(UInt128), typeof(System.Text.Rune),
        typeof(CultureInfo), typeof(IPAddress), typeof(IPEndPoint), typeof(CancellationToken),
        typeof(GrainId), typeof(GrainType), typeof(IdSpan), typeof(SiloAddress), typeof(StreamId),
    ];

    public static bool Allows(Type type) =>
        type.IsPrimitive || type.IsEnum || Known.Contains(type) || type.IsDefined(typeof(ImmutableAttribute), inherit: false)
        || typeof(Type).IsAssignableFrom(type)
        || typeof(Exception).IsAssignableFrom(type)
        || typeof(GrainProxy).IsAssignableFrom(type)
        || typeof(StreamSequenceToken).IsAssignableFrom(type);
}
