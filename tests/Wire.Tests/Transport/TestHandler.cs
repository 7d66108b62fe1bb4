using System.Buffers;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Transport;

/// <summary>What a test wants done with received bytes.</summary>
internal delegate ReceiveResult Receive(TestHandler self, in ReadOnlySequence<byte> received, BatchWriter replies);

/// <summary>A handler that watches over the threading contract and leaves the rest to a delegate.</summary>
internal sealed class TestHandler(Connection connection, Receive receive) : IConnectionHandler
{
    private readonly Lock _collectedLock = new();
    private readonly List<byte> _collected = [];
    private int _inside;
    private int _closed;
    private int _drained;
    private int _stalled;
    private int _calls;
    private long _receivedBytes;
    private string? _violation;

    public Connection Connection { get; } = connection;

    public Action? WhenDrained { get; set; }

    public Action? WhenClosed { get; set; }

    /// <summary>What it says beyond the hard limit; null = nothing, so that the connection is aborted.</summary>
    public Func<bool>? WhenOverHardLimit { get; set; }

    public int Closed => Volatile.Read(ref _closed);

    public CloseReason? Reason { get; private set; }

    public int Drained => Volatile.Read(ref _drained);

    /// <summary>How often the output stood still.</summary>
    public int Stalled => Volatile.Read(ref _stalled);

    /// <summary>How often bytes were delivered.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public long ReceivedBytes => Volatile.Read(ref _receivedBytes);

    /// <summary>First broken rule of the receive path; null = none.</summary>
    public string? Violation => Volatile.Read(ref _violation);

    public byte[] Collected
    {
        get
        {
            lock (_collectedLock)
            {
                return [.. _collected];
            }
        }
    }

    /// <summary>Sends everything back.</summary>
    public static ReceiveResult Echo(TestHandler self, in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        foreach (ReadOnlyMemory<byte> part in received)
        {
            replies.Write(part.Span);
        }

        return new ReceiveResult(received.End, received.End);
    }

    /// <summary>Keeps everything in <see cref="Collected"/>.</summary>
    public static ReceiveResult Collect(TestHandler self, in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        lock (self._collectedLock)
        {
            self._collected.AddRange(received.ToArray());
        }

        return new ReceiveResult(received.End, received.End);
    }

    /// <summary>Only counts.</summary>
    public static ReceiveResult Swallow(TestHandler self, in ReadOnlySequence<byte> received, BatchWriter replies) => new(received.End, received.End);

    public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        Enter(nameof(OnReceived));
        Interlocked.Increment(ref _calls);
        if (received.IsEmpty || (Connection.PausesAboveHighWaterMark && Connection.Outbound.IsAboveHighWaterMark))
        {
            Break(received.IsEmpty ? "called without bytes" : "called while the output is behind");
        }

        try
        {
            ReceiveResult result = receive(this, received, replies);
            Interlocked.Add(ref _receivedBytes, received.Slice(0, result.Consumed).Length);
            return result;
        }
        finally
        {
            Interlocked.Exchange(ref _inside, 0);
        }
    }

    public void OnDrained()
    {
        Interlocked.Increment(ref _drained);
        WhenDrained?.Invoke();
    }

    public bool OnOverHardLimit() => WhenOverHardLimit?.Invoke() == true;

    public void OnStalled() => Interlocked.Increment(ref _stalled);

    public void OnClosed(CloseReason reason)
    {
        Enter(nameof(OnClosed));
        Reason = reason;
        Interlocked.Increment(ref _closed);
        Interlocked.Exchange(ref _inside, 0);
        WhenClosed?.Invoke();
    }

    private void Enter(string method)
    {
        if (Interlocked.Exchange(ref _inside, 1) != 0)
        {
            Break($"{method} entered beside another call");
        }

        if (Closed != 0)
        {
            Break($"{method} after the end");
        }
    }

    private void Break(string rule) => Interlocked.CompareExchange(ref _violation, rule, null);
}
