using System.Collections.Immutable;
using System.Runtime.InteropServices;
using FastRegistry.Node.Requests;
using FastRegistry.Registry.Instances;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Streams;

namespace FastRegistry.Node.Sessions;

/// <summary>What a client said about itself in its set-up, without what is secret. Immutable; sessions that said the same share one.</summary>
internal sealed class ClientProfile : IEquatable<ClientProfile>
{
    /// <summary>Label with the application's name.</summary>
    public const string ApplicationLabel = "app";

    private readonly int _hash;

    private ClientProfile(string name, string version, string @namespace, ImmutableArray<KeyValuePair<string, string>> labels, StreamLimits streams)
    {
        Streams = streams;
        Name = name;
        Version = version;
        DefaultNamespace = @namespace;
        DefaultNamespaceUtf8 = ServiceRequestReader.Utf8Of(@namespace);
        Labels = labels;
        Application = ApplicationOf(labels);
        HashCode hash = default;
        hash.Add(name);
        hash.Add(version);
        hash.Add(@namespace);
        hash.Add(streams);
        foreach (KeyValuePair<string, string> label in labels)
        {
            hash.Add(label);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>Of a session that is not set up.</summary>
    public static ClientProfile Unknown { get; } = new("", "", ServiceKey.DefaultNamespace, [], StreamLimits.Default);

    public string Name { get; }

    public string Version { get; }

    /// <summary>Used where a request leaves its namespace empty.</summary>
    public string DefaultNamespace { get; }

    /// <summary>A field: the hot path of every request reads it.</summary>
    public readonly byte[] DefaultNamespaceUtf8;

    /// <summary>What it takes of streams.</summary>
    public StreamLimits Streams { get; }

    /// <summary>Sorted by key.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Labels { get; }

    /// <summary>Value of the label <c>app</c>; empty without one.</summary>
    public string Application { get; }

    /// <summary>The profile in a set-up that was checked.</summary>
    public static ClientProfile Of(SetupRequest request)
    {
        string @namespace = request.DefaultNamespace.Length > 0 ? request.DefaultNamespace : ServiceKey.DefaultNamespace;
        return new ClientProfile(request.ClientName, request.ClientVersion, @namespace, LabelsOf(request), StreamLimits.From(request.Limits));
    }

    public bool Equals(ClientProfile? other) =>
        other is not null && _hash == other._hash && Name == other.Name && Version == other.Version && DefaultNamespace == other.DefaultNamespace && Streams == other.Streams
        && Labels.AsSpan().SequenceEqual(other.Labels.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as ClientProfile);

    public override int GetHashCode() => _hash;

    private static ImmutableArray<KeyValuePair<string, string>> LabelsOf(SetupRequest request)
    {
        if (request.Labels.Count == 0)
        {
            return [];
        }

        KeyValuePair<string, string>[] labels = new KeyValuePair<string, string>[request.Labels.Count];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = KeyValuePair.Create(request.Labels[i].Key, request.Labels[i].Value);
        }

        Array.Sort(labels, static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        return ImmutableCollectionsMarshal.AsImmutableArray(labels);
    }

    private static string ApplicationOf(ImmutableArray<KeyValuePair<string, string>> labels)
    {
        foreach ((string key, string value) in labels)
        {
            if (key == ApplicationLabel)
            {
                return value;
            }
        }

        return "";
    }
}

/// <summary>The profiles in use, each once however many sessions have it, so that a session pays for one reference.</summary>
/// <remarks>Any thread; a short lock at the set-up and the end of a session. Bounded by the sessions: a profile goes with the last of them.</remarks>
internal sealed class ClientProfiles
{
    private readonly Lock _profileLock = new();
    private readonly Dictionary<ClientProfile, (ClientProfile Shared, int Sessions)> _profiles = [];

    public int Count
    {
        get
        {
            lock (_profileLock)
            {
                return _profiles.Count;
            }
        }
    }

    /// <summary>The shared profile equal to this one.</summary>
    public ClientProfile Take(ClientProfile profile)
    {
        lock (_profileLock)
        {
            ref (ClientProfile Shared, int Sessions) entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_profiles, profile, out bool known);
            entry = (known ? entry.Shared : profile, entry.Sessions + 1);
            return entry.Shared;
        }
    }

    /// <summary>One session less has it.</summary>
    public void Return(ClientProfile profile)
    {
        lock (_profileLock)
        {
            ref (ClientProfile Shared, int Sessions) entry = ref CollectionsMarshal.GetValueRefOrNullRef(_profiles, profile);
            if (--entry.Sessions == 0)
            {
                _profiles.Remove(profile);
            }
        }
    }
}
