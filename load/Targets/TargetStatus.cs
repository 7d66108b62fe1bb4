namespace FastRegistry.Load.Targets;

/// <summary>Texts that all targets count failures under.</summary>
internal static class TargetStatus
{
    /// <summary>The connection has ended; no answer will come.</summary>
    public const string ConnectionLost = "connection lost";

    /// <summary>The last heartbeat has no answer yet.</summary>
    public const string StillUnanswered = "still unanswered";

    /// <summary>Whoever asked does not want it any more.</summary>
    public const string Cancelled = "cancelled";
}
