using System.Collections.Immutable;
using FastRegistry.Server.Naming;
using FastRegistry.Server.Registry;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Sessions;

/// <summary>What a client said about itself in its set-up, without what is secret. Immutable; sessions that said the same share one.</summary>
internal sealed class ClientProfile : IEquatable<ClientProfile>
{
    /// <summary>Label with the application's name.</summary>
    public const string ApplicationLabel = "app";

    private readonly int _hash;

    private ClientProfile(string name, string version, string @namespace, ImmutableArray<KeyValuePair<string, string>> labels)
    {
        Name = name;
        Version = version;
        DefaultNamespace = @namespace;
        DefaultNamespaceUtf8 = QueryKeyReader.Utf8Of(@namespace);
        Labels = labels;
        Application = labels.FirstOrDefault(static label => label.Key == ApplicationLabel).Value ?? "";
        HashCode hash = default;
        hash.Add(name);
        hash.Add(version);
        hash.Add(@namespace);
        foreach (KeyValuePair<string, string> label in labels)
        {
            hash.Add(label);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>Of a session that is not set up.</summary>
    public static ClientProfile Unknown { get; } = new("", "", ServiceKey.DefaultNamespace, []);

    public string Name { get; }

    public string Version { get; }

    /// <summary>Used where a request leaves its namespace empty.</summary>
    public string DefaultNamespace { get; }

    public byte[] DefaultNamespaceUtf8 { get; }

    /// <summary>Sorted by key.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Labels { get; }

    /// <summary>Value of the label <c>app</c>; empty without one.</summary>
    public string Application { get; }

    /// <summary>The profile in a set-up that was checked.</summary>
    public static ClientProfile Of(SetupRequest request)
    {
        string @namespace = request.DefaultNamespace.Length > 0 ? request.DefaultNamespace : ServiceKey.DefaultNamespace;
        ImmutableArray<KeyValuePair<string, string>> labels = request.Labels.Count == 0
            ? []
            : [.. request.Labels.Select(static label => KeyValuePair.Create(label.Key, label.Value)).OrderBy(static label => label.Key, StringComparer.Ordinal)];
        return new ClientProfile(request.ClientName, request.ClientVersion, @namespace, labels);
    }

    public bool Equals(ClientProfile? other) =>
        other is not null && _hash == other._hash && Name == other.Name && Version == other.Version && DefaultNamespace == other.DefaultNamespace
        && Labels.AsSpan().SequenceEqual(other.Labels.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as ClientProfile);

    public override int GetHashCode() => _hash;
}
