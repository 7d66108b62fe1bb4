using System.Collections.Immutable;
using FastRegistry.Registry.Selection;

namespace FastRegistry.Registry.Metadata;

/// <summary>The settings that operators make for a service. Immutable; a service that only came into being by registrations has none.</summary>
/// <remarks>Having metadata is what switches the protection threshold on, even when the threshold is 0, as in Nacos (internals §5.6).</remarks>
internal sealed record ServiceMetadata
{
    public static ImmutableSortedDictionary<string, string> NoData { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>When the share of healthy instances is not above this, all are listed as healthy. Default 0 (Nacos): only when none is healthy. Below 0 is
    /// 0; from 1 on it always holds.</summary>
    public double ProtectThreshold { get; init; }

    /// <summary>Which instances a consumer sees. Default null: all (selector <c>none</c>).</summary>
    public LabelSelector? Selector { get; init; }

    /// <summary>Whatever its owners want to know. Default empty.</summary>
    public ImmutableSortedDictionary<string, string> ExtendData { get; init; } = NoData;

    /// <summary>Clusters for which something was set. Default none.</summary>
    public ImmutableSortedDictionary<string, ClusterMetadata> Clusters { get; init; } =
        ImmutableSortedDictionary.Create<string, ClusterMetadata>(StringComparer.Ordinal);

    /// <summary>Returns the settings of a cluster.</summary>
    public ClusterMetadata ClusterOf(string name) => Clusters.GetValueOrDefault(name, ClusterMetadata.Default);
}

/// <summary>The way the instances of a service are kept alive. Fixed by the first use of its name, until the service disappears.</summary>
internal enum ServiceKind
{
    /// <summary>Its instances go with their client.</summary>
    Ephemeral,

    /// <summary>Its instances stay until they are deregistered.</summary>
    Persistent,
}

/// <summary>The settings of a cluster of a service. Defaults are those of Nacos; a cluster that was never set has them.</summary>
internal sealed record ClusterMetadata
{
    public static ClusterMetadata Default { get; } = new();

    public HealthChecker HealthChecker { get; init; } = HealthChecker.Tcp;

    /// <summary>Port that is checked when the instance's own is not. Default 80.</summary>
    public int CheckPort { get; init; } = 80;

    /// <summary>The instance's own port is checked. Default true.</summary>
    public bool UseInstancePort { get; init; } = true;

    public ImmutableSortedDictionary<string, string> ExtendData { get; init; } = ServiceMetadata.NoData;
}

/// <summary>The check of a cluster's persistent instances, with the parameters of its type; those of other types are empty.</summary>
internal sealed record HealthChecker(HealthCheckType Type)
{
    /// <summary>The default of Nacos.</summary>
    public static HealthChecker Tcp { get; } = new(HealthCheckType.Tcp);

    /// <summary>Of an HTTP check. Default empty: the root.</summary>
    public string Path { get; init; } = "";

    /// <summary>Of an HTTP check: <c>name:value|name:value</c>.</summary>
    public string Headers { get; init; } = "";

    /// <summary>Of an HTTP check. Default 200.</summary>
    public int ExpectedResponseCode { get; init; } = 200;

    /// <summary>Of a MySQL check.</summary>
    public string? User { get; init; }

    /// <summary>Of a MySQL check.</summary>
    public string? Password { get; init; }

    /// <summary>Of a MySQL check: the statement.</summary>
    public string? Command { get; init; }

    /// <summary>Without the password: a record would print it.</summary>
    public override string ToString() => Type.ToString();
}

/// <summary>The health check of the persistent instances of a cluster. The names are those of Nacos.</summary>
internal enum HealthCheckType
{
    /// <summary>A connection to the port succeeds.</summary>
    Tcp,

    /// <summary>A request is answered with the expected status.</summary>
    Http,

    /// <summary>A statement runs.</summary>
    MySql,

    /// <summary>Nobody checks: health is what is set.</summary>
    None,
}
