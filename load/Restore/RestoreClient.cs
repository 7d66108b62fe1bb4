using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Load.Restore;

/// <summary>A client with registrations and subscriptions, over all its connections: it remembers its lists as the .NET client does.</summary>
/// <remarks>One flow of calls per part; its lists are written by the receive path of its one connection.</remarks>
/// <param name="number">From 0; one that only fills lists has any.</param>
/// <param name="registrations">Each a whole set, sent again over every connection.</param>
/// <param name="services">Numbers of the services it is subscribed to.</param>
/// <param name="lists">Of all services.</param>
internal sealed class RestoreClient(int number, NativeRequest[] registrations, int[] services, ServiceLists[] lists)
{
    // As the .NET client: a fleet that comes back must not fill the node's queues with the requests of a few.
    private const int Window = 128;
    private static readonly TimeSpan SetupTimeout = TimeSpan.FromSeconds(10);

    private readonly NativeIdentity _identity = new();
    private readonly ListVersion?[] _held = new ListVersion?[services.Length];
    private NativeConnection? _connection;

    public int Number => number;

    /// <summary>Ends its connection as a broken network would.</summary>
    public void Drop() => _connection?.Abort();

    /// <summary>Connects and restores everything, again whenever the connection is lost, until the part is over.</summary>
    public async Task ComeBackAsync(RestorePart part, CancellationToken over)
    {
        for (bool isFirst = true; ; isFirst = false)
        {
            await part.WaitForTurnAsync(isFirst, over).ConfigureAwait(false);
            if (over.IsCancellationRequested)
            {
                return;
            }

            if (await ConnectAsync(part, over).ConfigureAwait(false) is { } connection)
            {
                _connection = connection;
                await RestoreAsync(connection, part, over).ConfigureAwait(false);
                await connection.End.WaitAsync(over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Receive path: a push of one of its subscriptions. Null when it does not follow on the list it has.</summary>
    public ListVersion? Take(int index, MessageType type, in ListHead head, ReadOnlySpan<byte> message)
    {
        ListVersion? list = lists[services[index]].Take(type, head, message, _held[index]);
        Volatile.Write(ref _held[index], list ?? _held[index]);
        return list;
    }

    private async Task<NativeConnection?> ConnectAsync(RestorePart part, CancellationToken over)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(over);
        timeout.CancelAfter(SetupTimeout);
        try
        {
            return await part.Target.ConnectAsync(_identity, part.Server, source: null, timeout.Token).ConfigureAwait(false);
        }
        catch (TargetException reason)
        {
            if (!over.IsCancellationRequested)
            {
                part.FailedAttempts.Count(timeout.IsCancellationRequested ? "set-up: timed out" : reason.Message);
            }

            return null;
        }
    }

    /// <summary>Registrations first: what others wait for.</summary>
    private async Task RestoreAsync(NativeConnection connection, RestorePart part, CancellationToken over)
    {
        foreach (NativeRequest[] window in registrations.Chunk(Window))
        {
            bool[] registered = await Task.WhenAll(window.Select(request => SendAsync(connection, part, () => connection.SendAsync(request), over))).ConfigureAwait(false);
            if (!registered.All(static done => done))
            {
                return;
            }
        }

        RestoreLink link = new(this, part, services.Length);
        ulong[] ids = [.. Enumerable.Range(0, services.Length).Select(index => connection.Add(new RestoreSubscription(link, index)))];
        foreach (int[] indexes in Enumerable.Range(0, services.Length).Chunk(WireLimits.MaximumSubscriptionsInRequest))
        {
            if (!await SendAsync(connection, part, () => connection.SubscribeAsync(indexes.Select(index => SubscriptionOf(index, ids[index], part))), over).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private Subscription SubscriptionOf(int index, ulong id, RestorePart part) => new()
    {
        Id = id,
        Name = RestoreSettings.SubscribedService(services[index]),
        Held = part.IsHeld ? Volatile.Read(ref _held[index])?.ToHeld() : null,
    };

    /// <summary>Sends until it is not refused; asking once more for a subscription that is in place does no harm. False: the connection or the part is over.</summary>
    private static async Task<bool> SendAsync(NativeConnection connection, RestorePart part, Func<ValueTask<LoadResult>> send, CancellationToken over)
    {
        while (true)
        {
            LoadResult result = await send().ConfigureAwait(false);
            if (result.IsOk || !connection.IsOpen)
            {
                return result.IsOk;
            }

            part.Refusals.Count(result.StatusCode);
            await RestorePart.WaitAfterRefusalAsync(over).ConfigureAwait(false);
            if (over.IsCancellationRequested)
            {
                return false;
            }
        }
    }
}
