using System.Globalization;
using Orleans.Embedded.Calls;

namespace Orleans;

/// <summary>Who a grain is, asked of the grain or of a reference to it.</summary>
public static class GrainExtensions
{
    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        GrainProxy reference => reference.Target,
        IGrainBase self => self.GrainContext.GrainId,
        _ => throw new ArgumentException($"{grain.GetType()} is neither a grain nor a reference to one.", nameof(grain)),
    };

    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    /// <exception cref="FormatException">The key is no number.</exception>
    public static long GetPrimaryKeyLong(this IAddressable grain) =>
        long.Parse(grain.GetPrimaryKeyString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <exception cref="FormatException">The key is no Guid.</exception>
    public static Guid GetPrimaryKey(this IAddressable grain) => Guid.Parse(grain.GetPrimaryKeyString());

    /// <summary>A reference that can be passed on. A grain never passes itself.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) => (TGrainInterface)grain.AsReference(typeof(TGrainInterface));

    public static object AsReference(this IAddressable grain, Type interfaceType) => grain switch
    {
        GrainProxy reference => reference.Caller.Reference(interfaceType, reference.Target),
        IGrainBase self => ((Embedded.Activations.Activation)self.GrainContext).Silo.Calls.Reference(interfaceType, self.GrainContext.GrainId),
        _ => throw new ArgumentException($"{grain.GetType()} is neither a grain nor a reference to one.", nameof(grain)),
    };

    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();
}
