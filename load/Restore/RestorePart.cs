using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Restore;

/// <summary>One coming back of the whole fleet: how it is done, and what is counted meanwhile. Any thread.</summary>
/// <param name="server">Where the clients connect.</param>
/// <param name="target">Makes their connections and counts their losses and what they receive; not disposed of here.</param>
/// <param name="isHeld">Whether clients say which lists they have.</param>
internal sealed class RestorePart(RestoreSettings settings, IPEndPoint server, NativeTarget target, bool isHeld)
{
    // After a refusal, and between attempts that are to come all at once.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);

    private readonly long[] _whole = new long[settings.Clients];
    private readonly long[] _confirmed = new long[settings.Clients];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing = settings.Clients;
    private long _startedAt;
    private long _readyAt;
    private long _lists;
    private long _deltas;
    private long _unchanged;
    private long _gaps;

    public IPEndPoint Server => server;

    public NativeTarget Target => target;

    public bool IsHeld => isHeld;

    /// <summary>Instances that make a list whole.</summary>
    public int WholeCount => settings.Instances;

    /// <summary>When every client has every list, and knows that it stays.</summary>
    public Task Completed => _completed.Task;

    /// <summary>Attempts to connect that did not work.</summary>
    public FailureCounter FailedAttempts { get; } = new();

    /// <summary>Requests that were refused; they are made again after a pause.</summary>
    public FailureCounter Refusals { get; } = new();

    /// <summary>Subscriptions that the server ended.</summary>
    public FailureCounter EndedSubscriptions { get; } = new();

    /// <summary>The clients' connections are about to end.</summary>
    public void Start() => _startedAt = Stopwatch.GetTimestamp();

    /// <summary>There is a node to come back to.</summary>
    public void NodeIsReady()
    {
        _readyAt = Stopwatch.GetTimestamp();
        _ready.TrySetResult();
    }

    /// <summary>Waits for a client's turn to connect.</summary>
    /// <param name="isFirst">False when an attempt has failed or the connection was lost.</param>
    public async Task WaitForTurnAsync(bool isFirst, CancellationToken over)
    {
        if (settings.SpreadSeconds > 0)
        {
            await PauseAsync(TimeSpan.FromSeconds(settings.SpreadSeconds), over).ConfigureAwait(false);
        }
        else if (isFirst)
        {
            await _ready.Task.WaitAsync(over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else
        {
            await PauseAsync(LongestPause, over).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for the next try of a request that was refused.</summary>
    public static Task WaitAfterRefusalAsync(CancellationToken over) => PauseAsync(LongestPause, over);

    public void CountPush(MessageType type)
    {
        switch (type)
        {
            case MessageType.SnapshotPush:
                Interlocked.Increment(ref _lists);
                break;
            case MessageType.DeltaPush:
                Interlocked.Increment(ref _deltas);
                break;
            case MessageType.UnchangedPush:
                Interlocked.Increment(ref _unchanged);
                break;
        }
    }

    /// <summary>A push that does not follow on what its client had.</summary>
    public void CountGap() => Interlocked.Increment(ref _gaps);

    /// <summary>The last list of a client is there, with all its instances.</summary>
    /// <param name="at">Stopwatch timestamp.</param>
    public void ClientIsWhole(int client, long at) => Interlocked.CompareExchange(ref _whole[client], at, 0);

    /// <summary>As <see cref="ClientIsWhole"/>, and the node says of every list that it is not provisional.</summary>
    public void ClientIsConfirmed(int client, long at)
    {
        if (Interlocked.CompareExchange(ref _confirmed[client], at, 0) == 0 && Interlocked.Decrement(ref _missing) == 0)
        {
            _completed.TrySetResult();
        }
    }

    /// <summary>What was counted so far; the node's side is filled in by whoever watched it.</summary>
    /// <param name="restarted">The node was killed and started again.</param>
    public RestorePartReport Report(string name, bool restarted)
    {
        ImmutableArray<FailureCount> losses = [.. target.Statistics.Losses.ToList()];
        return new RestorePartReport
        {
            Name = name,
            Clients = settings.Clients,
            Complete = settings.Clients - Volatile.Read(ref _missing),
            ReadyMilliseconds = restarted ? Stopwatch.GetElapsedTime(_startedAt, _readyAt).TotalMilliseconds : null,
            Whole = RestoreTimes.Of(_whole, _startedAt),
            WholeSinceReady = restarted ? RestoreTimes.Of(_whole, _readyAt) : null,
            Confirmed = RestoreTimes.Of(_confirmed, _startedAt),
            Bytes = target.Statistics.ReceivedBytes,
            Lists = Interlocked.Read(ref _lists),
            Deltas = Interlocked.Read(ref _deltas),
            Unchanged = Interlocked.Read(ref _unchanged),
            Gaps = Interlocked.Read(ref _gaps),
            FailedAttempts = [.. FailedAttempts.ToList()],
            Refusals = [.. Refusals.ToList()],
            EndedSubscriptions = [.. EndedSubscriptions.ToList()],
            Losses = losses,
        };
    }

    private static async Task PauseAsync(TimeSpan longest, CancellationToken over)
    {
        TimeSpan pause = longest * Random.Shared.NextDouble();
        await Task.Delay(pause > ShortestPause ? pause : ShortestPause, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
