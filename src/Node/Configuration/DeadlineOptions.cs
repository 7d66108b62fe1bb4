using FastRegistry.Registry.Rules;

namespace FastRegistry.Node.Configuration;

/// <summary>How long the node waits. Section <c>Deadlines</c>; values in the form <c>00:00:20</c>.</summary>
internal sealed record DeadlineOptions
{
    /// <summary>From accept to a finished set-up. Default 5 s.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the first byte of a frame to its last. Default 10 s. It also bounds how long a partly sent frame holds memory.</summary>
    public TimeSpan StartedFrame { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence before a probe. Default 20 s (Nacos' keep-alive of a connection). Clients ping after 5 s, so only a lost one is ever probed.</summary>
    public TimeSpan IdleProbe { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For the answer to a probe; then the client is ejected. Default 5 s.</summary>
    public TimeSpan ProbeAnswer { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A peer that takes nothing of what waits for it is closed after this time. Default 60 s.</summary>
    public TimeSpan SlowConsumer { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>After a goaway of ours, for the peer to read it and close. Default 2 s.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>At stop: for clients to leave after their goaway. Default 10 s; then their connections are closed.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>At stop: over which the goaways are spread, so that clients do not all reconnect elsewhere at once. Default 5 s, for 1,000 connections and
    /// more; fewer take proportionally less.</summary>
    public TimeSpan GoAwaySpread { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A service without instances disappears after this time. Default 60 s (Nacos).</summary>
    public TimeSpan EmptyService { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an operator's override outlives its instance, and what is set for a service outlives the service. Default 60 s (Nacos). Longer keeps
    /// settings across longer restarts of one client; a client with another instance id never inherits them.</summary>
    public TimeSpan ExpiredOverride { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A client that was copied from another node goes when its owner is not heard of for this time. Default 180 s (Nacos). Nothing consults it in
    /// this version, which has one node.</summary>
    public TimeSpan SyncedClient { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>After a client's new session took over from an old one, for it to register again; what it does not name by then goes. Default 10 s.</summary>
    public TimeSpan Reaffirm { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After start, lists are provisional for this time: clients keep what they know. Default 15 s. Zero makes a restarted node's lists count at
    /// once, so consumers may see services without the instances that have not come back yet.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Throws when a time is not within its bounds.</summary>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public void Check()
    {
        CheckTime(nameof(Handshake), Handshake);
        CheckTime(nameof(StartedFrame), StartedFrame);
        CheckTime(nameof(IdleProbe), IdleProbe);
        CheckTime(nameof(ProbeAnswer), ProbeAnswer);
        CheckTime(nameof(SlowConsumer), SlowConsumer);
        CheckTime(nameof(Linger), Linger);
        CheckTime(nameof(EmptyService), EmptyService);
        CheckTime(nameof(ExpiredOverride), ExpiredOverride);
        CheckTime(nameof(SyncedClient), SyncedClient);
        CheckTime(nameof(Reaffirm), Reaffirm);
        CheckTime(nameof(Drain), Drain, zeroAllowed: true);
        CheckTime(nameof(GoAwaySpread), GoAwaySpread, zeroAllowed: true);
        CheckTime(nameof(WarmUp), WarmUp, zeroAllowed: true);
    }

    private static void CheckTime(string name, TimeSpan value, bool zeroAllowed = false)
    {
        TimeSpan minimum = zeroAllowed ? TimeSpan.Zero : TimeSpan.FromMilliseconds(10);
        if (value < minimum || value > TimeSpan.FromDays(1))
        {
            throw new ConfigurationError($"Deadlines:{name}", $"must be between {minimum} and 1.00:00:00");
        }
    }
}
