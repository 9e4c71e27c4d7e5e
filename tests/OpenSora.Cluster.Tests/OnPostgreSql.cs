using OpenSora.TestKit;

namespace OpenSora.Cluster.Tests;

/// <summary>Tests that share one PostgreSQL server, each with a database of its own.</summary>
[CollectionDefinition(Name)]
public sealed class OnPostgreSql : ICollectionFixture<PostgreSqlServer>
{
    public const string Name = "PostgreSQL";
}
