using System.Diagnostics;

namespace FastRegistry.Load.HttpTraffic;

/// <summary>Requests by the clock, evenly spread: each once in every interval, whatever became of those before. One that finds its connection busy waits for it, and
/// that time counts.</summary>
/// <remarks>Request n is due at n times interval / requests, and goes over connection n modulo connections. Never over; it is stopped.</remarks>
internal sealed class OpenTraffic : IHttpTraffic
{
    private readonly IReadOnlyList<HttpExchange> _exchanges;
    private readonly double _step;
    private readonly long[] _nextOf;
    private readonly long _start;
    private long _next;

    /// <param name="exchanges">In turns.</param>
    /// <param name="connections">Of the loop.</param>
    /// <param name="interval">Between two of the same.</param>
    /// <param name="start">Stopwatch timestamp at which the first is due.</param>
    public OpenTraffic(IReadOnlyList<HttpExchange> exchanges, int connections, TimeSpan interval, long start)
    {
        _exchanges = exchanges;
        _start = start;
        _step = interval.TotalSeconds * Stopwatch.Frequency / exchanges.Count;
        _nextOf = [.. Enumerable.Range(0, connections).Select(static connection => (long)connection)];
    }

    public bool IsOver => false;

    public long NextDue => DueAt(_next);

    public int TakeDue(long now) => NextDue <= now ? (int)(_next++ % _nextOf.Length) : -1;

    public HttpExchange? Next(int connection, long now, out long intendedAt)
    {
        long number = _nextOf[connection];
        intendedAt = DueAt(number);
        if (intendedAt > now)
        {
            return null;
        }

        _nextOf[connection] += _nextOf.Length;
        return _exchanges[(int)(number % _exchanges.Count)];
    }

    private long DueAt(long number) => _start + (long)(number * _step);
}
