using System.Collections.Immutable;
using System.Reflection;
using FastRegistry.Node.Admission;
using FastRegistry.Node.WatchedFiles;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;

namespace FastRegistry.Node.Configuration;

/// <summary>Everything that can be set for a node without its HTTP side. Each property is a section of the configuration.</summary>
internal record RegistryNodeOptions
{
    public NodeOptions Node { get; init; } = new();

    public ClientTransportOptions ClientTransport { get; init; } = new() { Port = 7848 };

    public DeadlineOptions Deadlines { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();

    public PushOptions Push { get; init; } = new();

    public SelectorOptions Selectors { get; init; } = new();

    public WorkerOptions Workers { get; init; } = new();

    /// <summary>What the operator's switches begin with.</summary>
    public Switches Switches { get; init; } = new();

    /// <summary>What the control points begin with; one that is not there has no limit.</summary>
    public ImmutableDictionary<ControlPoint, RateLimitRule> RateLimits { get; init; } = ImmutableDictionary<ControlPoint, RateLimitRule>.Empty;

    public EventOptions Events { get; init; } = new();

    /// <summary>Checks every section of the node and fills in what depends on other values.</summary>
    /// <returns>The same options with the id that the node has.</returns>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public RegistryNodeOptions Check()
    {
        ClientTransport.Check();
        Deadlines.Check();
        Push.Check();
        Limits.Check();
        Selectors.Check();
        Workers.Check();
        SwitchEntries.Check(Switches);
        RateLimiter.Check(RateLimits);
        CheckEvents();
        return this with { Node = Node.Check(ClientTransport.Port) };
    }

    /// <summary>The part that the registry itself needs.</summary>
    public RegistryOptions ToRegistryOptions() => new()
    {
        Services = Limits.Services,
        InstancesPerService = Limits.InstancesPerService,
        PublicationsPerClient = Limits.PublicationsPerClient,
        Overrides = Limits.Overrides,
        EmptyService = Deadlines.EmptyService,
        ExpiredOverride = Deadlines.ExpiredOverride,
    };

    private void CheckEvents()
    {
        ConfigurationError.ThrowIfOutOfRange("Events:Kept", Events.Kept, 0, 1_000_000);
        ConfigurationError.ThrowIfOutOfRange("Events:LinesPerSecond", Events.LinesPerSecond, 1, 100_000);
        ConfigurationError.ThrowIfOutOfRange("Events:QueueCapacity", Events.QueueCapacity, 16, 1_000_000);
    }
}

/// <summary>Who this node is. Section <c>Node</c>.</summary>
internal sealed record NodeOptions
{
    /// <summary>Stable id, 1 to 64 letters, digits, '.', '_' or '-'. Default: the machine's name and the client port. Two nodes with one id would take each
    /// other for the same.</summary>
    public string Id { get; init; } = "";

    /// <summary>Checks the id, after it was made from machine and port where none is set.</summary>
    /// <exception cref="ConfigurationError">It is not of the form.</exception>
    public NodeOptions Check(int clientPort)
    {
        string id = Id.Length > 0 ? Id : $"{Environment.MachineName}.{clientPort}";
        bool legal = id.Length <= 64 && id.All(static character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');
        return legal
            ? new NodeOptions { Id = id }
            : throw new ConfigurationError("Node:Id", "must be 1 to 64 letters, digits, '.', '_' or '-'");
    }
}

/// <summary>How many workers do the background work. Section <c>Workers</c>.</summary>
internal sealed record WorkerOptions
{
    /// <summary>Push workers, 1 … 64. Default 1: one sender keeps up with one core, and a second one costs the first its core on small machines.</summary>
    public int Push { get; init; } = 1;

    /// <summary>Workers for requests that are not O(1), 1 … 64. Default 1.</summary>
    public int Requests { get; init; } = 1;

    /// <summary>Throws when a number is not within its bounds.</summary>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public void Check()
    {
        ConfigurationError.ThrowIfOutOfRange("Workers:Push", Push, 1, 64);
        ConfigurationError.ThrowIfOutOfRange("Workers:Requests", Requests, 1, 64);
    }
}

/// <summary>What selectors of services go by. Section <c>Selectors</c>.</summary>
internal sealed record SelectorOptions
{
    public const string LabelsFileKey = "Selectors:LabelsFile";

    /// <summary>JSON file with the labels of addresses, for selectors of type <c>label</c>; read again when it changes. Default empty: no address has labels, and
    /// such a selector changes nothing. A relative path counts from the program's working directory.</summary>
    public string LabelsFile { get; init; } = "";

    /// <summary>Throws when the labels file cannot be one.</summary>
    /// <exception cref="ConfigurationError">The value is wrong.</exception>
    public void Check() => WatchedFile.CheckPath(LabelsFileKey, LabelsFile);
}

/// <summary>The version of this build.</summary>
internal static class ProductVersion
{
    /// <summary>Such as <c>0.1.0</c>.</summary>
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
