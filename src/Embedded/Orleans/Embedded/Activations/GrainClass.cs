using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Embedded.Storage;
using Orleans.Placement;

namespace Orleans.Embedded.Activations;

/// <summary>What is to be known of a grain's class.</summary>
internal sealed class GrainClass
{
    private const string Suffix = "grain";

    private readonly ConstructorInfo? constructor;

    public GrainClass(Type type)
    {
        Class = type;
        Type = GrainType.Create(type.GetCustomAttribute<GrainTypeAttribute>()?.Name ?? NameOf(type));
        Reentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        Placement = type.GetCustomAttribute<PlacementAttribute>(inherit: true)?.PlacementStrategy;
        KeepAlive = type.IsDefined(typeof(KeepAliveAttribute), inherit: true);
        constructor = type.GetConstructors().MaxBy(constructor => constructor.GetParameters().Length);
    }

    public Type Class { get; }

    public GrainType Type { get; }

    /// <summary>Null for a class that does not care where it is.</summary>
    public PlacementStrategy? Placement { get; }

    public bool Reentrant { get; }

    public bool KeepAlive { get; }

    /// <summary>Makes the grain's object, on a turn of its activation.</summary>
    /// <exception cref="OrleansConfigurationException">The class has no public constructor.</exception>
    public IGrainBase Create(Activation activation)
    {
        if (constructor is null)
        {
            throw new OrleansConfigurationException($"{Class} has no public constructor.");
        }
        object?[] arguments = [.. constructor.GetParameters().Select(parameter => Argument(parameter, activation))];
        return (IGrainBase)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    private static object? Argument(ParameterInfo parameter, Activation activation) =>
        parameter.GetCustomAttribute<PersistentStateAttribute>() is { } state ? PersistentStates.Create(parameter, state, activation)
        : parameter.ParameterType == typeof(IGrainContext) ? activation
        : parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed
            ? activation.ActivationServices.GetRequiredKeyedService(parameter.ParameterType, keyed.Key)
        : parameter.HasDefaultValue ? activation.ActivationServices.GetService(parameter.ParameterType) ?? parameter.DefaultValue
        : activation.ActivationServices.GetRequiredService(parameter.ParameterType);

    private static string NameOf(Type type)
    {
        string name = type.Name.ToLowerInvariant();
        return name.EndsWith(Suffix, StringComparison.Ordinal) && name.Length > Suffix.Length ? name[..^Suffix.Length] : name;
    }
}
