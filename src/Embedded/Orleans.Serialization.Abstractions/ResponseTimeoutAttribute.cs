namespace Orleans;

/// <summary>How long callers of a grain method wait for its response, instead of the response timeout in the options.</summary>
/// <param name="timeout">A time span, such as "00:00:05".</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ResponseTimeoutAttribute(string timeout) : Attribute
{
    public TimeSpan? Timeout { get; init; } = TimeSpan.Parse(timeout, System.Globalization.CultureInfo.InvariantCulture);
}
