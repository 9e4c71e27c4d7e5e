using Orleans.Hosting;

namespace Orleans.Embedded.Streaming;

internal sealed class MemoryStreamConfigurator : ISiloMemoryStreamConfigurator;
