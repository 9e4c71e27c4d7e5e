using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenSora.Cluster.Grains;
using Orleans.Serialization;

namespace OpenSora.Cluster.Tests.Grains;

/// <summary>What grains say to each other arrives whole: a member that is forgotten on the way is found here.</summary>
public sealed class MessageTests
{
    public static TheoryData<Type> Messages =>
        [.. typeof(IGenerationGrain).Assembly.GetTypes().Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) && !type.IsAbstract)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void ArrivesWhole(Type message)
    {
        using ServiceProvider services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        Serializer serializer = services.GetRequiredService<Serializer>();
        object sent = Make(message, 1);
        object received = serializer.Deserialize<object>(serializer.SerializeToArray(sent))!;
        Assert.IsType(message, received);
        Assert.Equal(JsonSerializer.Serialize(sent, message), JsonSerializer.Serialize(received, message));
    }

    [Fact]
    public void ThereAreMessages() => Assert.True(Messages.Count >= 6, $"only {Messages.Count} were found");

    /// <summary>A value of which no part is what a new object has.</summary>
    private static object Make(Type type, int seed) => Nullable.GetUnderlyingType(type) is { } value ? Make(value, seed)
        : type == typeof(string) ? $"text {seed}"
        : type == typeof(SiloAddress) ? SiloAddress.FromParsableString($"127.0.0.1:{seed}@5")
        : type.IsArray && !type.GetElementType()!.IsPrimitive ? ArrayOf(Make(type.GetElementType()!, seed))
        : type == typeof(byte[]) ? new byte[] { (byte)seed, 2, 3 }
        : type == typeof(DateTimeOffset) ? new DateTimeOffset(2026, 1, seed, 1, 2, 3, TimeSpan.FromHours(1))
        : type.IsEnum ? Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!
        : type.IsPrimitive ? Convert.ChangeType(seed, type, System.Globalization.CultureInfo.InvariantCulture)
        : type.IsAbstract ? Make(type.Assembly.GetTypes().First(kind => !kind.IsAbstract && kind.IsSubclassOf(type)), seed)
        : type.GetConstructors()[0] is var make ? make.Invoke([.. make.GetParameters().Select((parameter, i) => Make(parameter.ParameterType, seed + i + 1))])
        : throw new InvalidOperationException($"no value of {type}");

    private static Array ArrayOf(object one)
    {
        Array all = Array.CreateInstance(one.GetType(), 1);
        all.SetValue(one, 0);
        return all;
    }
}
