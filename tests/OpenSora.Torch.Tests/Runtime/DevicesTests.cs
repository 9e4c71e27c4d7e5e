namespace OpenSora.Torch.Tests.Runtime;

public class DevicesTests
{
    [Fact]
    public void The_cpu_is_always_there()
    {
        Device cpu = Devices.Open("cpu");

        Assert.Equal((DeviceKind.Cpu, "cpu", false), (Devices.Kind(cpu), Devices.Name(cpu), Devices.HasHalf(cpu)));
        Devices.Synchronize(cpu);
        DeviceMemory memory = Devices.Memory(cpu)!.Value;
        Assert.InRange(memory.FreeBytes, 1, memory.TotalBytes);
        Assert.Contains("cpu", Assert.Throws<DeviceException>(() => Devices.Open("cpu:1")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1:2")]
    [InlineData("")]
    public void Unknown_names_are_refused_with_the_known_ones(string name)
    {
        DeviceException error = Assert.Throws<DeviceException>(() => Devices.Open(name));

        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("gcu:N", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gcu")]
    [InlineData("gcu:1")]
    public void A_gcu_is_refused_in_words(string name)
    {
        DeviceException error = Assert.Throws<DeviceException>(() => Devices.Open(name));

        foreach (string part in (string[])[$"device {name}:", "vendor", "Remedy: give --torch DIR"])
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cuda_is_there_or_the_message_says_why_not()
    {
        if (cuda.is_available())
        {
            Assert.Equal("cuda:0", Devices.Name(Devices.Open("cuda")));
            Assert.Contains("cuda:0", Assert.Throws<DeviceException>(() => Devices.Open("cuda:999")).Message, StringComparison.Ordinal);
        }
        else
            Assert.Contains("nvidia-smi", Assert.Throws<DeviceException>(() => Devices.Open("cuda")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_best_device_is_the_cpu_where_there_is_no_other() =>
        Assert.Equal(cuda.is_available() ? "cuda:0" : "cpu", Devices.Name(Devices.Open(null)));

    [Fact]
    public void Torchs_name_for_a_card_is_not_the_users() =>
        Assert.Equal("gcu:1", Devices.Name(new Device((DeviceType)20, 1)));
}
