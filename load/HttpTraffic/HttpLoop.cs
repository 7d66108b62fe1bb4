using System.Diagnostics;
using System.Net;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Running;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.HttpTraffic;

/// <summary>Kept-alive HTTP/1.1 connections to one server and the one thread that sends over them and reads from them.</summary>
/// <remarks>
/// Made for servers that share the processors with the tool: requests are bytes that exist already, one send and one receive each, no lock, no allocation. Owned by
/// a runner, which calls it from one flow; one traffic at a time, each on a thread of its own. Everything but the counters belongs to that thread.
/// </remarks>
internal sealed class HttpLoop : IDisposable
{
    // A stop is noticed after this time at the latest.
    private const long LongestWaitNanoseconds = 10_000_000;
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    private readonly EpollSet _ready = new();
    private readonly HttpLink[] _links;
    private LatencyHistogram _latencies = new();
    private FailureCounter _failures = new();
    private IHttpTraffic? _traffic;
    private int _outstanding;
    private long _answered;
    private volatile bool _measuring;
    private volatile bool _stopping;

    private HttpLoop(IPEndPoint server, int connections) => _links = [.. Enumerable.Range(0, connections).Select(_ => new HttpLink(server))];

    /// <summary>Answers since the traffic began, failures included. Any thread.</summary>
    public long Answered => Volatile.Read(ref _answered);

    /// <summary>Everything that went wrong since the traffic began. Any thread.</summary>
    public FailureCounter Failures => _failures;

    /// <summary>Of the answers that came while it was measured; from when a request should have been sent.</summary>
    public LatencyHistogram Latencies => _latencies;

    /// <summary>Whether latencies are recorded.</summary>
    public bool IsMeasuring
    {
        get => _measuring;
        set => _measuring = value;
    }

    /// <summary>Opens the connections.</summary>
    /// <exception cref="CannotRunException">One is refused, or this is not Linux.</exception>
    public static HttpLoop Connect(IPEndPoint server, int connections)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new CannotRunException("load over HTTP connections needs Linux");
        }

        HttpLoop loop = new(server, connections);
        try
        {
            for (int i = 0; i < connections; i++)
            {
                loop._links[i].Open(loop._ready, i);
            }

            return loop;
        }
        catch
        {
            loop.Dispose();
            throw;
        }
    }

    /// <summary>Runs a traffic until it is over or stopped, and all answers are there or too late.</summary>
    /// <exception cref="CannotRunException">The server takes no connections any more.</exception>
    public Task RunAsync(IHttpTraffic traffic)
    {
        _traffic = traffic;
        _latencies = new LatencyHistogram();
        _failures = new FailureCounter();
        _answered = 0;
        _stopping = false;
        return Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Nothing more is sent. Any thread.</summary>
    public void Stop() => _stopping = true;

    public void Dispose()
    {
        foreach (HttpLink link in _links)
        {
            link.Dispose();
        }

        _ready.Dispose();
    }

    private void Run()
    {
        MonotonicSleep.SharpenThread();
        IHttpTraffic traffic = _traffic!;
        long now = Stopwatch.GetTimestamp();
        for (int i = 0; i < _links.Length; i++)
        {
            SendNext(i, now);
        }

        long lastAnswer = now;
        while (_outstanding > 0 || !(_stopping || traffic.IsOver))
        {
            now = Stopwatch.GetTimestamp();
            int due;
            while (!_stopping && (due = traffic.TakeDue(now)) >= 0)
            {
                SendNext(due, now);
            }

            int ready = _ready.Wait(Math.Clamp(Nanoseconds(traffic.NextDue - Stopwatch.GetTimestamp()), 0, LongestWaitNanoseconds));
            for (int i = 0; i < ready; i++)
            {
                Receive(_ready.NumberAt(i));
            }

            if (ready > 0)
            {
                lastAnswer = now;
            }
            else if (_outstanding > 0 && Stopwatch.GetElapsedTime(lastAnswer, now) > AnswerWithin)
            {
                GiveUp();
            }
        }
    }

    private void SendNext(int number, long now)
    {
        HttpLink link = _links[number];
        while (!_stopping && link.Current is null && _traffic!.Next(number, now, out long intendedAt) is { } exchange)
        {
            if (link.TrySend(exchange, intendedAt))
            {
                _outstanding++;
            }
            else
            {
                CountFailure("connection lost");
                link.Open(_ready, number);
            }
        }
    }

    private void Receive(int number)
    {
        HttpLink link = _links[number];
        bool asked = link.Current is not null;
        long intendedAt = link.IntendedAt;
        LinkEvent what = link.Receive(out string? failure);
        if (what == LinkEvent.Waiting)
        {
            return;
        }

        long now = Stopwatch.GetTimestamp();
        _outstanding -= asked ? 1 : 0;
        Volatile.Write(ref _answered, _answered + (what == LinkEvent.Answered ? 1 : 0));
        if (failure is not null)
        {
            CountFailure(failure);
        }
        else if (_measuring)
        {
            _latencies.Record(now - intendedAt);
        }

        if (what == LinkEvent.Broken)
        {
            link.Open(_ready, number);
        }

        SendNext(number, now);
    }

    /// <summary>The server is silent: what is outstanding is lost, and its connections with it.</summary>
    private void GiveUp()
    {
        for (int i = 0; i < _links.Length; i++)
        {
            if (_links[i].Current is not null)
            {
                CountFailure("no answer within 10 s");
                _links[i].Open(_ready, i);
                _outstanding--;
                SendNext(i, Stopwatch.GetTimestamp());
            }
        }
    }

    private void CountFailure(string kind) => _failures.Count(kind);

    private static long Nanoseconds(long stopwatchTicks) => stopwatchTicks < Stopwatch.Frequency ? (long)(stopwatchTicks * (1e9 / Stopwatch.Frequency)) : LongestWaitNanoseconds;
}
