namespace FastRegistry.Load.Restore;

/// <summary>What a fleet has and how it comes back.</summary>
internal sealed record RestoreSettings
{
    private const int MostFillers = 10;

    public int Clients { get; init; } = 500;

    /// <summary>Services in which each client registers an instance.</summary>
    public int Registrations { get; init; } = 2;

    /// <summary>Services that each client is subscribed to.</summary>
    public int Subscriptions { get; init; } = 20;

    /// <summary>Services there are to subscribe to, and as many to register in.</summary>
    public int Services { get; init; } = 100;

    /// <summary>Instances in the list of each service that is subscribed to.</summary>
    public int Instances { get; init; } = 20;

    /// <summary>Each attempt to come back begins so late at most, at random (full jitter); 0 = all in the same moment.</summary>
    public double SpreadSeconds { get; init; } = 2;

    /// <summary>After the kill, whether clients say which lists they have.</summary>
    public bool Held { get; init; } = true;

    /// <summary>How long the restarted node says that its lists are provisional.</summary>
    public double NodeWarmUpSeconds { get; init; } = 3;

    /// <summary>A client that is not back by then has failed.</summary>
    public double TimeoutSeconds { get; init; } = 60;

    /// <summary>Connections that fill the lists and do nothing else.</summary>
    public int Fillers => Math.Min(MostFillers, Services);

    public static string SubscribedService(int number) => $"load-restore-{number}";

    public static string RegisteredService(int number) => $"load-restore-own-{number}";
}
