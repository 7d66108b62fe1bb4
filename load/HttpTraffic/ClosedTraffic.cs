namespace FastRegistry.Load.HttpTraffic;

/// <summary>Every connection sends the next request when the last one is answered.</summary>
/// <param name="exchanges">In turns, over all connections.</param>
/// <param name="count">Requests in all; <see cref="long.MaxValue"/> = until it is stopped.</param>
internal sealed class ClosedTraffic(IReadOnlyList<HttpExchange> exchanges, long count) : IHttpTraffic
{
    private long _sent;

    /// <summary>Each request once.</summary>
    public static ClosedTraffic Once(IReadOnlyList<HttpExchange> exchanges) => new(exchanges, exchanges.Count);

    /// <summary>Until it is stopped.</summary>
    public static ClosedTraffic Endless(IReadOnlyList<HttpExchange> exchanges) => new(exchanges, long.MaxValue);

    public bool IsOver => _sent == count;

    public long NextDue => long.MaxValue;

    public int TakeDue(long now) => -1;

    public HttpExchange? Next(int connection, long now, out long intendedAt)
    {
        intendedAt = now;
        return IsOver ? null : exchanges[(int)(_sent++ % exchanges.Count)];
    }
}
