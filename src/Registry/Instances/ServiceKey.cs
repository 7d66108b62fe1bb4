using System.Text;
using FastRegistry.Registry.Rules;

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

/// <summary>Lets a table of services be searched by the UTF-8 form of a key.</summary>
internal sealed class ServiceKeyComparer : IEqualityComparer<ServiceKey>, IAlternateEqualityComparer<ReadOnlySpan<byte>, ServiceKey>
{
    public bool Equals(ServiceKey? x, ServiceKey? y) => x is null ? y is null : x.Equals(y);

    public int GetHashCode(ServiceKey obj) => obj.GetHashCode();

    public bool Equals(ReadOnlySpan<byte> alternate, ServiceKey other) => other.Utf8.SequenceEqual(alternate);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => ServiceKey.HashOf(alternate);

    public ServiceKey Create(ReadOnlySpan<byte> alternate)
    {
        string[] parts = Encoding.UTF8.GetString(alternate).Split('\0', 3);
        return new ServiceKey(parts[0], parts[1], parts[2]);
    }
}

/// <summary>Makes valid service keys of what a request says.</summary>
internal static class ServiceKeyFactory
{
    /// <summary>Fills in the defaults and checks the rules.</summary>
    /// <param name="namespace">Empty = <paramref name="defaultNamespace"/>.</param>
    /// <param name="group">Empty = the default group.</param>
    /// <param name="name">Required.</param>
    /// <param name="defaultNamespace">The set-up's namespace.</param>
    /// <param name="key">The key when null is returned.</param>
    public static RequestError? TryCreate(string @namespace, string group, string name, string defaultNamespace, out ServiceKey key)
    {
        @namespace = @namespace.Length == 0 ? defaultNamespace : @namespace;
        group = group.Length == 0 ? ServiceKey.DefaultGroup : group;
        key = null!;
        if (NameRules.BrokenByNamespace(@namespace) is { } namespaceRule)
        {
            return RequestError.Invalid("namespace", namespaceRule);
        }

        if (NameRules.BrokenByGroup(group) is { } groupRule)
        {
            return RequestError.Invalid("group", groupRule);
        }

        if (NameRules.BrokenByService(name) is { } nameRule)
        {
            return RequestError.Invalid("name", nameRule);
        }

        key = new ServiceKey(@namespace, group, name);
        return null;
    }
}
