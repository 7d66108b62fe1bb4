using FastRegistry.Load.Scenarios;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

#pragma warning disable CA2012 // A pooled operation's task is made before its frame is sent, and goes to the one caller.

namespace FastRegistry.Load.Targets.Native;

/// <summary>One client's connection in the FastRegistry protocol, as lean as an honest client can be.</summary>
/// <remarks>
/// Made by its target (or a test) around a connection that is not started. Operations come from any thread. The receive path, which one thread at a time
/// holds, is <see cref="NativeReceiver"/>. Callers go on inline on the receive path; what they ask for there leaves together with everything else the batch
/// caused. Idle, it holds this object and its receiver: whatever operations need is made with the first of its kind.
/// </remarks>
internal sealed class NativeConnection : ITargetConnection
{
    // Stages: set-up is outstanding, open, over.
    private const int SettingUp = 0;
    private const int Opened = 1;
    private const int Ended = 2;

    // A server that does not close after a goodbye is not waited for any longer.
    private static readonly TimeSpan LeavingTime = TimeSpan.FromSeconds(2);

    private static readonly byte[] GoodbyeBody = new GoAway { Reason = (uint)GoAwayReason.ClientClosing }.ToByteArray();

    private readonly Connection _connection;
    private readonly TargetStatistics _statistics;
    private readonly NativeOutput _output;

    private TaskCompletionSource<string?>? _setUp;
    private TaskCompletionSource? _gone;
    private OutstandingCalls? _calls;
    private OutstandingOperation? _heartbeat;
    private PushInbox? _pushes;
    private int _stage;
    private int _outstandingLimit = OutstandingCalls.DefaultMaximum;
    private bool _leaving;

    /// <param name="connection">Connected and not started; owned from now on.</param>
    /// <param name="statistics">Where it is counted.</param>
    public NativeConnection(Connection connection, TargetStatistics statistics)
    {
        _connection = connection;
        _statistics = statistics;
        _output = new NativeOutput(connection);
    }

    public bool IsOpen => Volatile.Read(ref _stage) == Opened && _connection.CloseReason is null;

    /// <summary>The subscriptions; null before the first.</summary>
    public PushInbox? Pushes => Volatile.Read(ref _pushes);

    /// <summary>Completes when the connection has ended, whoever ended it.</summary>
    public Task End
    {
        get
        {
            TaskCompletionSource gone = Keep(ref _gone, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            if (Volatile.Read(ref _stage) == Ended)
            {
                // It was asked for beside the end, which may not have seen it.
                gone.TrySetResult();
            }

            return gone.Task;
        }
    }

    /// <summary>Starts the connection, sends preface and set-up request as one and waits for the reply. Called once.</summary>
    /// <param name="identity">Whose connection it is.</param>
    /// <exception cref="TargetException">It did not work; the connection is closed.</exception>
    public async Task SetUpAsync(NativeIdentity identity, CancellationToken cancellationToken)
    {
        // Once per connection; the one place where the caller does not go on on the receive path, because it may want to open a thousand more.
        TaskCompletionSource<string?> setUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _setUp = setUp;

        // The server's end pauses when its output is behind; if both did, they could wait for each other for ever.
        _connection.PausesAboveHighWaterMark = false;
        _connection.Start(new NativeReceiver(this, _output, _statistics));
        NativeSetup.Send(_connection, identity);
        string? failure;
        try
        {
            failure = await setUp.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            failure = TargetStatus.Cancelled;
        }

        if (failure is not null)
        {
            Abort();
            throw new TargetException(failure);
        }
    }

    public ValueTask<LoadResult> SendAsync(PreparedRequest request)
    {
        NativeRequest native = (NativeRequest)request;
        if (!IsOpen)
        {
            return new ValueTask<LoadResult>(LoadResult.Fail(TargetStatus.ConnectionLost));
        }

        OutstandingOperation? call = GetCalls().TryBegin(out string failure);
        if (call is null)
        {
            return new ValueTask<LoadResult>(LoadResult.Fail(failure));
        }

        ValueTask<LoadResult> answer = call.Task;
        _output.Send(new FrameHeader((uint)native.Body.Length, FrameKind.Request, FrameFlags.None, native.Type, call.Id), [], native.Body);
        return answer;
    }

    public ValueTask<LoadResult> HeartbeatAsync()
    {
        if (!IsOpen)
        {
            return new ValueTask<LoadResult>(LoadResult.Fail(TargetStatus.ConnectionLost));
        }

        OutstandingOperation heartbeat = Volatile.Read(ref _heartbeat) ?? Keep(ref _heartbeat, new OutstandingOperation(pool: null, slot: 0));
        if (!heartbeat.TryBegin())
        {
            return new ValueTask<LoadResult>(LoadResult.Fail(TargetStatus.StillUnanswered));
        }

        ValueTask<LoadResult> answer = heartbeat.Task;
        if (Volatile.Read(ref _stage) == Ended)
        {
            // It began beside the end, which may not have seen it.
            heartbeat.TryComplete(heartbeat.Id, LoadResult.Fail(TargetStatus.ConnectionLost));
            return answer;
        }

        Span<byte> body = stackalloc byte[UInt64Body.Size];
        new UInt64Body(heartbeat.Id).Write(body);
        _output.Send(new FrameHeader(UInt64Body.Size, FrameKind.Ping, FrameFlags.None, MessageType.None, 0), body);
        return answer;
    }

    public async ValueTask<LoadResult> SubscribeAsync(string service, IPushSink sink)
    {
        NativeSubscription subscriber = new(sink, _statistics);
        Task<LoadResult> firstList = subscriber.FirstList;
        ulong id = Add(subscriber);
        if (id == 0)
        {
            return LoadResult.Fail(StatusTexts.TooManySubscriptions);
        }

        LoadResult answer = await SubscribeAsync([new Subscription { Id = id, Name = service }]).ConfigureAwait(false);
        if (!answer.IsOk)
        {
            Pushes!.Remove(id);
            return answer;
        }

        return await firstList.ConfigureAwait(false);
    }

    /// <summary>Makes room for a subscription of one's own; its request comes next.</summary>
    /// <returns>Its id; 0 = there are too many.</returns>
    public ulong Add(INativeSubscriber subscriber) => (Pushes ?? Keep(ref _pushes, new PushInbox())).Add(subscriber);

    /// <summary>Asks for subscriptions whose ids are from <see cref="Add"/>; their lists come as pushes. Fails when one was refused, with the code of the first.</summary>
    /// <param name="subscriptions">1 to <see cref="WireLimits.MaximumSubscriptionsInRequest"/>.</param>
    public ValueTask<LoadResult> SubscribeAsync(IEnumerable<Subscription> subscriptions)
    {
        SubscribeRequest request = new();
        request.Subscriptions.AddRange(subscriptions);
        return SendAsync(new NativeRequest(MessageType.Subscribe, request.ToByteArray()));
    }

    public ValueTask<LoadResult> UnsubscribeAsync(IPushSink sink)
    {
        ulong id = Pushes?.Remove(sink) ?? 0;
        return id == 0
            ? new ValueTask<LoadResult>(LoadResult.Fail(StatusTexts.NotSubscribed))
            : SendAsync(new NativeRequest(MessageType.Unsubscribe, new UnsubscribeRequest { SubscriptionId = id }.ToByteArray()));
    }

    public async ValueTask LeaveAsync()
    {
        Volatile.Write(ref _leaving, true);
        TaskCompletionSource gone = Keep(ref _gone, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (Volatile.Read(ref _stage) != Opened)
        {
            Abort();
            return;
        }

        _connection.Send(new FrameHeader((uint)GoodbyeBody.Length, FrameKind.GoAway, FrameFlags.None, MessageType.None, 0), GoodbyeBody);
        _connection.CloseAfterSending(CloseReason.Sent(GoAwayReason.ClientClosing, "leaving"));
        try
        {
            await gone.Task.WaitAsync(LeavingTime).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Abort();
        }
    }

    public void Abort()
    {
        Volatile.Write(ref _leaving, true);
        _connection.Abort(CloseReason.Aborted);
    }

    /// <summary>Receive path: the server has taken the set-up.</summary>
    /// <param name="outstandingLimit">Requests it takes at a time; 0 = the protocol's default.</param>
    public void SetUpSucceeded(uint outstandingLimit)
    {
        if (outstandingLimit > 0)
        {
            _outstandingLimit = (int)Math.Min(outstandingLimit, OutstandingCalls.Maximum);
        }

        // Another set-up reply would mean nothing.
        if (Interlocked.CompareExchange(ref _stage, Opened, SettingUp) == SettingUp)
        {
            _statistics.CountOpened();
            Interlocked.Exchange(ref _setUp, null)?.TrySetResult(null);
        }
    }

    /// <summary>Receive path: the answer to a request.</summary>
    public void Answered(ulong correlationId, LoadResult result) => Volatile.Read(ref _calls)?.Complete(correlationId, result);

    /// <summary>Receive path: the answer to a heartbeat.</summary>
    public void Answered(UInt64Body pong) => Volatile.Read(ref _heartbeat)?.TryComplete(pong.Value, LoadResult.Ok(UInt64Body.Size));

    /// <summary>Receive path: no answer will come any more. The first kind wins; a loss is counted once.</summary>
    public void Finish(string kind)
    {
        // Full fence: whoever makes calls or a heartbeat sees this afterwards, or they are seen below.
        int before = Interlocked.Exchange(ref _stage, Ended);
        Interlocked.Exchange(ref _setUp, null)?.TrySetResult(kind);
        if (before != Opened)
        {
            return;
        }

        _statistics.CountClosed();
        if (!Volatile.Read(ref _leaving))
        {
            _statistics.Losses.Count(kind);
        }

        Volatile.Read(ref _calls)?.Close();
        Pushes?.Close();
        if (Volatile.Read(ref _heartbeat) is { } heartbeat)
        {
            heartbeat.TryComplete(heartbeat.Id, LoadResult.Fail(TargetStatus.ConnectionLost));
        }
    }

    /// <summary>Receive path: the connection is gone.</summary>
    public void Closed() => Volatile.Read(ref _gone)?.TrySetResult();

    private static T Keep<T>(ref T? field, T made)
        where T : class => Interlocked.CompareExchange(ref field, made, null) ?? made;

    private OutstandingCalls GetCalls()
    {
        if (Volatile.Read(ref _calls) is { } calls)
        {
            return calls;
        }

        calls = Keep(ref _calls, new OutstandingCalls(_outstandingLimit));
        if (Volatile.Read(ref _stage) == Ended)
        {
            calls.Close();
        }

        return calls;
    }
}
