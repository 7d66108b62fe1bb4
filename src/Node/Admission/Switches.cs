using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FastRegistry.Node.Admission;

/// <summary>The operator's switches: what can be changed while the node runs. Immutable; <see cref="SwitchBoard"/> holds the ones that count.</summary>
/// <remarks>
/// The names, defaults and minima are those of Nacos' switch document, as far as something consults them; <see cref="SwitchEntries"/> has the names as Nacos spells
/// them and the rules. First values come from section <c>Switches</c>. They live in the process: a restart begins with the configuration again, and every node has
/// its own. Both change when there is a persistent store.
/// </remarks>
internal sealed record Switches
{
    /// <summary>Lists are pushed to subscribers. Default true (Nacos). Off: changes are only marked and each subscriber gets one newest list when it is on
    /// again; answers go on. Danger: consumers call instances that are gone until then. A service whose subscribers are just being told is told to the end.</summary>
    public bool PushEnabled { get; init; } = true;

    /// <summary>HTTP instances that miss their beats turn unhealthy and go. Default true (Nacos). Danger when off: dead instances stay healthy.</summary>
    public bool HealthCheckEnabled { get; init; } = true;

    /// <summary>What an HTTP request registers that does not say <c>ephemeral</c>. Default true (Nacos). A native request always says. Danger when off: such
    /// requests ask for a persistent instance, which this version refuses.</summary>
    public bool DefaultInstanceEphemeral { get; init; } = true;

    /// <summary>Interval of beats that HTTP clients are told, milliseconds. Default 5,000 (Nacos), 1,000 to 86,400,000. Danger: above
    /// the 15 s after which an instance counts as unhealthy every HTTP instance becomes so.</summary>
    public long ClientBeatIntervalMilliseconds { get; init; } = 5_000;

    /// <summary>After how long an HTTP client asks again for a list that it is also pushed, milliseconds: <c>cacheMillis</c> of a list. Default 10,000 (Nacos),
    /// 10,000 to 86,400,000. Danger: long means stale lists for every client that only polls.</summary>
    public long DefaultPushCacheMilliseconds { get; init; } = 10_000;

    /// <summary>After how long an HTTP client asks again for a list that it is not pushed, milliseconds. Default 3,000 (Nacos), 1,000 to 86,400,000. Nothing
    /// consults it yet, nor does Nacos 2. Danger: short multiplies the polls.</summary>
    public long DefaultCacheMilliseconds { get; init; } = 3_000;

    /// <summary>HTTP clients are told to beat without the description of their instance. Default true (Nacos). Danger when off: larger beats.</summary>
    public bool LightBeatEnabled { get; init; } = true;

    /// <summary>Nodes copy their clients to each other and forward writes to the owner. Default true (Nacos). Nothing consults it yet. Danger when off: the
    /// nodes' lists drift apart.</summary>
    public bool DistroEnabled { get; init; } = true;

    /// <summary>Checks in a row that must agree before a persistent instance changes its health. Default 3 (Nacos), 1 to 100. Nothing consults it yet. Danger:
    /// 1 makes lists flap, many keeps dead instances.</summary>
    public int CheckTimes { get; init; } = 3;

    /// <summary>HTTP requests that are answered with a status and nothing else. Default none (Nacos), at most 100 prefixes, statuses 200 to 599. Operator calls are
    /// never limited. Danger: a prefix that covers beats or lists costs every HTTP client its instances or its view.</summary>
    public ImmutableArray<LimitedUrl> LimitedUrls { get; init; } = [];

    /// <summary>From which version on clients of HTTP are pushed datagrams. Defaults as in Nacos. Danger: a high version leaves older clients to their polls.</summary>
    public PushVersions PushVersions { get; init; } = new();

    /// <summary>Takes the place of the status that the node finds out itself. Default null = it decides (Nacos). Danger: anything but UP refuses requests and
    /// makes the node not ready; a client that reconnects while writes are refused loses what it publishes (after <c>Deadlines:Reaffirm</c> at the latest), and UP hides
    /// that a node is not ready.</summary>
    public ServerStatus? OverriddenServerStatus { get; init; }
}

/// <summary>HTTP requests that are answered with a status and nothing else.</summary>
/// <param name="Prefix">Of path and query.</param>
/// <param name="Status">The HTTP status.</param>
internal readonly record struct LimitedUrl(string Prefix, int Status)
{
    /// <summary>Reads <c>prefix:status,prefix:status</c>; null when it is not of this form.</summary>
    public static ImmutableArray<LimitedUrl>? Parse(string text)
    {
        ImmutableArray<LimitedUrl>.Builder urls = ImmutableArray.CreateBuilder<LimitedUrl>();
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int colon = part.LastIndexOf(':');
            if (colon < 1 || !int.TryParse(part.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int status))
            {
                return null;
            }

            urls.Add(new LimitedUrl(part[..colon].TrimEnd(), status));
        }

        return urls.DrainToImmutable();
    }
}

/// <summary>From which version on clients of HTTP are pushed datagrams, by their language. The defaults are Nacos'.</summary>
internal sealed record PushVersions
{
    public Version Java { get; init; } = new(0, 1, 0);

    public Version Python { get; init; } = new(0, 4, 3);

    public Version C { get; init; } = new(1, 0, 12);

    public Version Go { get; init; } = new(0, 1, 0);

    public Version CSharp { get; init; } = new(0, 9, 0);

    /// <summary>Reads <c>language:n.n.n</c>, as Nacos' update call has it.</summary>
    public bool TrySet(string text, [NotNullWhen(true)] out PushVersions? changed)
    {
        string[] parts = text.Split(':', 2, StringSplitOptions.TrimEntries);
        changed = parts.Length == 2 && Version.TryParse(parts[1], out Version? version) && version is { Build: >= 0, Revision: < 0 } ? With(parts[0], version) : null;
        return changed is not null;
    }

    private PushVersions? With(string language, Version version) => language switch
    {
        "java" => this with { Java = version },
        "python" => this with { Python = version },
        "c" => this with { C = version },
        "go" => this with { Go = version },
        "csharp" => this with { CSharp = version },
        _ => null,
    };
}
