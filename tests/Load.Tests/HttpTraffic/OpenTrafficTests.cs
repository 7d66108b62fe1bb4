using System.Diagnostics;
using FastRegistry.Load.HttpTraffic;

namespace FastRegistry.Load.Tests.HttpTraffic;

public sealed class OpenTrafficTests
{
    private static readonly HttpExchange[] Exchanges = [.. Enumerable.Range(0, 4).Select(static i => new HttpExchange([(byte)i], new KeptBody()))];

    // Four requests in four seconds over two connections.
    private readonly OpenTraffic _traffic = new(Exchanges, 2, TimeSpan.FromSeconds(4), start: 0);

    [Fact]
    public void Requests_are_evenly_spread_over_the_interval_and_the_connections()
    {
        Assert.Equal(0, _traffic.TakeDue(Seconds(0)));
        Assert.Equal(-1, _traffic.TakeDue(Seconds(0.9)));
        Assert.Equal(Seconds(1), _traffic.NextDue);
        Assert.Equal(1, _traffic.TakeDue(Seconds(1)));
        Assert.Equal(0, _traffic.TakeDue(Seconds(2)));
        Assert.Equal(1, _traffic.TakeDue(Seconds(3)));
        Assert.Equal(0, _traffic.TakeDue(Seconds(4)));
    }

    [Fact]
    public void Every_request_comes_once_in_every_interval()
    {
        Assert.Same(Exchanges[0], _traffic.Next(0, Seconds(0), out _));
        Assert.Same(Exchanges[1], _traffic.Next(1, Seconds(1), out _));
        Assert.Same(Exchanges[2], _traffic.Next(0, Seconds(2), out _));
        Assert.Same(Exchanges[3], _traffic.Next(1, Seconds(3), out _));
        Assert.Same(Exchanges[0], _traffic.Next(0, Seconds(4), out _));
    }

    [Fact]
    public void What_waits_for_a_busy_connection_is_counted_from_when_it_was_due()
    {
        _traffic.Next(0, Seconds(0), out _);

        // The connection is free again at second 5: what was due at 2 and 4 is sent now, and nothing else.
        Assert.NotNull(_traffic.Next(0, Seconds(5), out long first));
        Assert.NotNull(_traffic.Next(0, Seconds(5), out long second));
        Assert.Null(_traffic.Next(0, Seconds(5), out _));
        Assert.Equal((Seconds(2), Seconds(4)), (first, second));
    }

    private static long Seconds(double seconds) => (long)(seconds * Stopwatch.Frequency);
}
