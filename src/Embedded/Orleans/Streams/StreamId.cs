using System.Globalization;

namespace Orleans.Runtime;

/// <summary>Which stream: a namespace and a key.</summary>
public readonly struct StreamId : IEquatable<StreamId>, IComparable<StreamId>
{
    private readonly string? space;
    private readonly string? key;

    private StreamId(string space, string key) => (this.space, this.key) = (space, key);

    public static StreamId Create(string ns, string key) => new(ns, key);

    public static StreamId Create(string ns, Guid key) => new(ns, key.ToString("N"));

    public static StreamId Create(string ns, long key) => new(ns, key.ToString("X", CultureInfo.InvariantCulture));

    public string? GetNamespace() => space;

    public string GetKeyAsString() => key ?? "";

    public bool Equals(StreamId other) => (space, key) == (other.space, other.key);

    public override bool Equals(object? obj) => obj is StreamId other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(space, key);

    public int CompareTo(StreamId other) => string.CompareOrdinal(ToString(), other.ToString());

    public override string ToString() => $"{space}/{key}";

    public static bool operator ==(StreamId s1, StreamId s2) => s1.Equals(s2);

    public static bool operator !=(StreamId s1, StreamId s2) => !s1.Equals(s2);
}
