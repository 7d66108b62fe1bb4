using System.Collections.Concurrent;
using FastRegistry.Registry.Events;
using FastRegistry.Tests;
using Microsoft.Extensions.Logging;

namespace FastRegistry.Node.Tests.Events;

/// <summary>The log category for events, in virtual time.</summary>
public sealed class EventLogTests : IDisposable
{
    private readonly LevelLog _log = new(LogLevel.Information);
    private readonly NodeFixture _node;

    public EventLogTests() => _node = new NodeFixture(events: new EventOptions { LinesPerSecond = 10 }, eventLog: _log);

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_line_says_who_registered_what()
    {
        RawClient client = _node.Connect();
        client.Register("s", 1);
        client.Close();

        Assert.Equal(
            [
                "Information: ClientConnected: client-1 session 1  raw test",
                "Information: ServiceCreated: public/DEFAULT_GROUP@@s  session 0 revision 0",
                "Information: InstanceRegistered: 10.0.0.1:1#DEFAULT of public/DEFAULT_GROUP@@s by client-1 at revision 1 ",
                "Information: ClientDisconnected: client-1 session 1 PeerClosed ",
                "Information: InstanceDeregistered: 10.0.0.1:1#DEFAULT of public/DEFAULT_GROUP@@s by client-1 at revision 2 ConnectionLost",
            ],
            _log.Lines);
    }

    [Fact]
    public void More_than_the_allowed_lines_of_a_kind_fold_into_one_with_the_count_and_other_kinds_do_not()
    {
        RawClient client = _node.Connect();
        _log.Lines.Clear();
        for (int port = 1; port <= 35; port++)
        {
            client.Register("s", port);
        }

        Assert.Equal(10, Count("InstanceRegistered: 10."));
        Assert.Equal(1, Count("ServiceCreated"));
        Assert.Equal(0, Count("more within a second"));

        // Nothing else happens: the line comes by itself when the second is over.
        _node.AdvanceSeconds(1.2);
        Assert.Equal(["Information: InstanceRegistered: 25 more within a second"], _log.Lines.Where(static line => line.Contains("more", StringComparison.Ordinal)));
        Assert.Equal(25, _node.Node.EventLog!.Folded);

        client.Register("s", 36);
        Assert.Equal(11, Count("InstanceRegistered: 10."));
        _node.AdvanceSeconds(3);
        Assert.Equal(1, Count("more within a second"));
    }

    [Fact]
    public void A_kind_that_has_had_its_lines_is_only_counted_by_those_who_publish_it()
    {
        RawClient client = _node.Connect();
        for (int port = 1; port <= 11; port++)
        {
            client.Register("s", port);
        }

        ObserverQueue queue = _node.Node.Events.Queues.Single(static queue => queue.Name == "log");
        long delivered = queue.Delivered;
        for (int port = 101; port <= 200; port++)
        {
            _node.Registry.Register(Make.Client(), "s", Make.Instance(port));
        }

        Assert.Equal(0, queue.Queued);
        Assert.Equal(delivered + 100, queue.Delivered);
        _node.AdvanceSeconds(1.2);
        Assert.Contains("Information: InstanceRegistered: 101 more within a second", _log.Lines);
        Assert.Equal(101, _node.Node.EventLog!.Folded);
    }

    [Fact]
    public void A_steady_storm_is_one_folded_line_a_second()
    {
        RawClient client = _node.Connect();
        int port = 0;
        for (int tenth = 0; tenth < 50; tenth++)
        {
            for (int i = 0; i < 10; i++)
            {
                client.Register("s", ++port);
            }

            _node.AdvanceSeconds(0.1);
        }

        _node.AdvanceSeconds(2);
        int folded = _log.Lines.Where(static line => line.Contains("more within", StringComparison.Ordinal)).Sum(static line => int.Parse(line.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(Count("more within a second"), 4, 6);
        Assert.Equal(500, Count("InstanceRegistered: 10.") + folded);
    }

    [Fact]
    public void What_the_level_hides_is_not_even_listened_to()
    {
        Assert.False(_node.Node.Events.Wants(EventKind.PushSent));
        Assert.False(_node.Node.Events.Wants(EventKind.ClientChanged));
        LevelLog silent = new(LogLevel.None);
        using NodeFixture node = new(events: new EventOptions { Kept = 0 }, eventLog: silent);
        Assert.DoesNotContain(Enum.GetValues<EventKind>(), node.Node.Events.Wants);
    }

    [Fact]
    public void Debug_tells_of_pushes_and_subscriptions_as_well()
    {
        LevelLog log = new(LogLevel.Debug);
        using NodeFixture node = new(eventLog: log);
        RawClient client = node.Connect();
        client.Subscribe(1, "s");
        client.Register("s", 1);
        Assert.Contains(log.Lines, static line => line.StartsWith("Debug: ServiceSubscribed: public/DEFAULT_GROUP@@s", StringComparison.Ordinal));
        Assert.Contains(log.Lines, static line => line.StartsWith("Debug: PushSent: public/DEFAULT_GROUP@@s", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, static line => line.StartsWith("Information: Push", StringComparison.Ordinal));
    }

    private int Count(string part) => _log.Lines.Count(line => line.Contains(part, StringComparison.Ordinal));

    /// <summary>Keeps every line from a level up.</summary>
    private sealed class LevelLog(LogLevel minimum) : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum && minimum != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }
}
