namespace OpenSora.Torch;

/// <summary>What one kind of operation took in all.</summary>
/// <param name="Name">Torch's name, e.g. <c>aten::addmm</c>, or <c>fused::</c> and the kernel's.</param>
/// <param name="Calls">How often it ran.</param>
/// <param name="Seconds">Without the operations that it called itself.</param>
public sealed record OperationTime(string Name, long Calls, double Seconds);
