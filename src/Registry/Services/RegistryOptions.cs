namespace FastRegistry.Registry.Services;

/// <summary>The bounds and times of a registry. The node fills them in from its sections <c>Limits</c> and <c>Deadlines</c>, whose keys refusals name.</summary>
internal sealed record RegistryOptions
{
    public const string ServicesKey = "Limits:Services";
    public const string InstancesPerServiceKey = "Limits:InstancesPerService";
    public const string PublicationsPerClientKey = "Limits:PublicationsPerClient";

    /// <summary>Services, those that only have subscribers included. Default 1,000,000. Beyond it a new name is refused.</summary>
    public int Services { get; init; } = 1_000_000;

    /// <summary>Listed instances of one service. Default 100,000: a list must fit the largest stream with room to spare.</summary>
    public int InstancesPerService { get; init; } = 100_000;

    /// <summary>Instances one client may publish. Default 100,000.</summary>
    public int PublicationsPerClient { get; init; } = 100_000;

    /// <summary>Operators' overrides of instances, on the whole node. Default 100,000; beyond it a new one is refused.</summary>
    public int Overrides { get; init; } = 100_000;

    /// <summary>A service without instances disappears after this time. Default 60 s (Nacos).</summary>
    public TimeSpan EmptyService { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an operator's override outlives its instance, and what is set for a service outlives the service. Default 60 s (Nacos).</summary>
    public TimeSpan ExpiredOverride { get; init; } = TimeSpan.FromSeconds(60);
}
