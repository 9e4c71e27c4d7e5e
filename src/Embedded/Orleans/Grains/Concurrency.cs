namespace Orleans.Concurrency;

/// <summary>A grain whose calls may all start while others wait. Two turns still never run at once.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReentrantAttribute : Attribute;

/// <summary>A method of a grain's interface whose calls start while any others wait.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AlwaysInterleaveAttribute : Attribute;

/// <summary>A method of a grain's interface whose calls may start while other read-only ones wait.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ReadOnlyAttribute : Attribute;

/// <summary>A method of a grain's interface whose callers do not wait, and never hear how it went.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OneWayAttribute : Attribute;
