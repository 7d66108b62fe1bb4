using System.Text;

namespace FastRegistry.Registry.Instances;

/// <summary>Identity of a service: namespace, group, name. Immutable; keeps its UTF-8 form so that a request's bytes find it without a string.</summary>
internal sealed class ServiceKey : IEquatable<ServiceKey>
{
    /// <summary>Namespace used when none is given, as in Nacos.</summary>
    public const string DefaultNamespace = "public";

    /// <summary>Group used when none is given, as in Nacos.</summary>
    public const string DefaultGroup = "DEFAULT_GROUP";

    private readonly byte[] _utf8;
    private readonly int _hash;

    public ServiceKey(string @namespace, string group, string name)
    {
        Namespace = @namespace;
        Group = group;
        Name = name;
        _utf8 = Encoding.UTF8.GetBytes($"{@namespace}\0{group}\0{name}");
        _hash = HashOf(_utf8);
    }

    public string Namespace { get; }

    public string Group { get; }

    public string Name { get; }

    /// <summary><c>group@@name</c>, the form HTTP clients see.</summary>
    public string GroupedName => $"{Group}@@{Name}";

    /// <summary>Namespace, group and name in UTF-8 with a zero byte between them; no part contains one.</summary>
    public ReadOnlySpan<byte> Utf8 => _utf8;

    public static int HashOf(ReadOnlySpan<byte> utf8)
    {
        HashCode hash = default;
        hash.AddBytes(utf8);
        return hash.ToHashCode();
    }

    public bool Equals(ServiceKey? other) => other is not null && _hash == other._hash && Utf8.SequenceEqual(other.Utf8);

    public override bool Equals(object? obj) => Equals(obj as ServiceKey);

    public override int GetHashCode() => _hash;

    public override string ToString() => $"{Namespace}/{GroupedName}";
}
