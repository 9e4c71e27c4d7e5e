using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Core;
using Orleans.Embedded.Activations;
using Orleans.Providers;
using Orleans.Storage;

namespace Orleans.Embedded.Storage;

/// <summary>Makes the states that a grain's constructor asks for.</summary>
internal static class PersistentStates
{
    /// <exception cref="OrleansConfigurationException">The parameter is no IPersistentState, or no storage has the name.</exception>
    public static object Create(ParameterInfo parameter, PersistentStateAttribute attribute, Activation activation)
    {
        Type type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
        {
            throw new OrleansConfigurationException(
                $"{parameter.Member.DeclaringType}: parameter '{parameter.Name}' has [PersistentState] and is a {type.Name} instead of an IPersistentState<T>.");
        }
        string name = attribute.StorageName ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME;
        IGrainStorage storage = activation.ActivationServices.GetKeyedService<IGrainStorage>(name)
            ?? throw new OrleansConfigurationException(
                $"No storage is named '{name}', which {parameter.Member.DeclaringType} asks for: add one with AddGrainStorage or AddMemoryGrainStorage.");
        Type state = typeof(PersistentState<>).MakeGenericType(type.GetGenericArguments());
        object created = Activator.CreateInstance(state, storage, attribute.StateName, activation.GrainId)!;
        activation.Add((IStorage)created);
        return created;
    }
}
