namespace Orleans.Configuration;

/// <summary>How calls are waited for.</summary>
public abstract class MessagingOptions
{
    /// <summary>How long a caller waits for a response. The outcome of a call that times out is unknown. Default: 30 s.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a call that timed out before it started is never run. Default: true.</summary>
    public bool DropExpiredMessages { get; set; } = true;

    /// <summary>Whether a call's token is cancelled when its caller's wait times out. Default: false.</summary>
    public bool CancelRequestOnTimeout { get; set; }
}

/// <summary>How calls from this silo are waited for.</summary>
public class SiloMessagingOptions : MessagingOptions;

/// <summary>How calls from a client in another process are waited for: needs OrleansRuntime=package.</summary>
public class ClientMessagingOptions : MessagingOptions;
