using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Reports;

/// <summary>Heartbeats asked for, sent, answered.</summary>
/// <param name="Asked">By the plan.</param>
/// <param name="Sent">Less than asked when a connection was gone or its last ping unanswered.</param>
/// <param name="RoundTrip">From sending.</param>
/// <param name="FromDueTime">From the planned time.</param>
internal sealed record HeartbeatResult(long Asked, long Sent, LatencySummary RoundTrip, LatencySummary FromDueTime)
{
    public long Answered => RoundTrip.Count;
}
