namespace Orleans.Runtime;

/// <summary>Work that is done before a host has started, when grains can be called.</summary>
public interface IStartupTask
{
    /// <summary>An exception fails the host's start.</summary>
    Task Execute(CancellationToken cancellationToken);
}
