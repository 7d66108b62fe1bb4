namespace FastRegistry.Load.InMemory;

/// <summary>What became of the sessions that answered no probe.</summary>
/// <param name="Cost">Until the last client was released.</param>
/// <param name="ClosedAfterSeconds">Until the last connection was closed too, the linger time included.</param>
/// <param name="ReleasedOnce">Clients that were released exactly once.</param>
/// <param name="ReleasedAgain">Clients that were released more than once.</param>
/// <param name="ReleasedEarly">Clients that were released before their time was over.</param>
internal sealed record EjectResult(WaveCost Cost, double ClosedAfterSeconds, int ReleasedOnce, int ReleasedAgain, int ReleasedEarly);
