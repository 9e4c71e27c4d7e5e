namespace Orleans;

/// <summary>
/// Why an activation ends, for programs. The stand-in gives ShuttingDown, ActivationIdle, ApplicationError and ApplicationRequested.
/// </summary>
public enum DeactivationReasonCode : byte
{
    None,
    ShuttingDown,
    ActivationFailed,
    DirectoryFailure,
    ActivationIdle,
    ActivationUnresponsive,
    DuplicateActivation,
    IncompatibleRequest,
    ApplicationError,
    ApplicationRequested,
    Migrating,
    RuntimeRequested,
    HighMemoryPressure,
}
