namespace FastRegistry.Load.HttpTraffic;

/// <summary>Which requests are sent when. Used by one loop, once.</summary>
internal interface IHttpTraffic
{
    /// <summary>Nothing is to be sent any more.</summary>
    bool IsOver { get; }

    /// <summary>Stopwatch timestamp at which a connection has to be looked at although nothing came in; <see cref="long.MaxValue"/> = never.</summary>
    long NextDue { get; }

    /// <summary>A connection that has to be looked at now; -1 = none.</summary>
    int TakeDue(long now);

    /// <summary>The next request of a connection that is free; null = none now.</summary>
    /// <param name="intendedAt">When it should be sent.</param>
    HttpExchange? Next(int connection, long now, out long intendedAt);
}
