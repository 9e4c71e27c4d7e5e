using OpenSora.Contracts;

namespace OpenSora.Cluster.Leases;

/// <summary>Too few cards are left for a job, and none came in time.</summary>
public sealed class NoCardException(string message) : CardException(message);
