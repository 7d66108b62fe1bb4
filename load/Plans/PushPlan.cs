using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Native;

namespace FastRegistry.Load.Plans;

/// <summary><c>push</c>: one publisher changes a service, and every subscriber tells when the change has arrived; one stage per number of subscribers.</summary>
/// <remarks>An iteration is one change, from the moment the publisher sends it to its arrival at the last subscriber. Subscribers stay from stage to stage.</remarks>
internal sealed class PushPlan : ILoadPlan
{
    private const string Service = "load-push";
    private const string EachSubscriber = "each subscriber";
    private const string LastSubscriber = "last subscriber";

    // What the list holds besides the changing metadata value.
    private const int ListOverheadBytes = 120;
    private const int MostMetadataCharacters = 1000;

    private readonly ConnectionSet _connections;
    private readonly int _padding;
    private PushAudience? _audience;
    private readonly List<SlowSubscriber> _slow = [];
    private ITargetConnection? _publisher;
    private int _subscribed;
    private long _change;

    public PushPlan(ConnectionSet connections)
    {
        _connections = connections;
        if (connections.Share.Count > 1)
        {
            throw new CannotRunException("push needs all subscribers in one generator process; ask for fewer subscribers");
        }

        RunSettings settings = connections.Settings;
        if (settings.SlowSubscribers > 0 && settings.Target != TargetKind.Native)
        {
            throw new CannotRunException("--slow-subscribers needs --target native");
        }

        _padding = Math.Clamp(settings.PayloadBytes - ListOverheadBytes, 0, MostMetadataCharacters - PushMark.Length);
        Stages = [.. settings.Subscribers.Order().Select(CreateStage)];
    }

    public ImmutableArray<LoadStage> Stages { get; }

    public IReadOnlyList<FailureCount> Losses => _connections.Losses;

    public async ValueTask DisposeAsync()
    {
        foreach (SlowSubscriber slow in _slow)
        {
            await slow.DisposeAsync().ConfigureAwait(false);
        }

        if (_publisher is not null)
        {
            await _publisher.LeaveAsync().ConfigureAwait(false);
        }

        await _connections.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Few changes a second where each sets off many deliveries: the figure is for a quiet system.</summary>
    internal static double DefaultRate(int subscribers) => Math.Clamp(20_000.0 / subscribers, 1, 50);

    private LoadStage CreateStage(int subscribers)
    {
        RunSettings settings = _connections.Settings;
        double rate = settings.Rate ?? DefaultRate(subscribers);
        LoadScenario scenario = new()
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"{subscribers} subscribers"),
            Init = (setup, cancellationToken) => SubscribeAsync(subscribers, setup, cancellationToken),
            Run = ChangeAsync,
            Phases = [new LoadPhase.Inject(rate, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(settings.DuringSeconds))],
            WarmUp = TimeSpan.FromSeconds(settings.WarmUpSeconds),
        };
        return new LoadStage(scenario) { Unit = "change" };
    }

    private async Task SubscribeAsync(int subscribers, IScenarioSetup setup, CancellationToken cancellationToken)
    {
        _publisher ??= await ConnectPublisherAsync(cancellationToken).ConfigureAwait(false);
        PushAudience audience = new(subscribers, setup.CreateMeasure(EachSubscriber), setup.CreateMeasure(LastSubscriber));
        Volatile.Write(ref _audience, audience);
        _connections.Resize(subscribers);
        await _connections.OpenRestAsync(_subscribed, cancellationToken).ConfigureAwait(false);
        ParallelOptions options = new() { MaxDegreeOfParallelism = _connections.Settings.Concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(_subscribed, subscribers, options, async (index, _) =>
        {
            LoadResult result = await _connections[index].SubscribeAsync(Service, new PushSubscriber(this)).ConfigureAwait(false);
            if (!result.IsOk)
            {
                throw new CannotRunException($"subscribe: {result.StatusCode}");
            }
        }).ConfigureAwait(false);
        _subscribed = subscribers;
        await AddSlowAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task AddSlowAsync(CancellationToken cancellationToken)
    {
        IPEndPoint server = IPEndPoint.Parse(_connections.Settings.Servers[0].Load);
        try
        {
            while (_slow.Count < _connections.Settings.SlowSubscribers)
            {
                _slow.Add(await SlowSubscriber.SubscribeAsync(server, Service, cancellationToken).ConfigureAwait(false));
            }
        }
        catch (TargetException reason)
        {
            throw new CannotRunException(reason.Message);
        }
    }

    private async Task<ITargetConnection> ConnectPublisherAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Beyond every subscriber's number.
            ITargetConnection publisher = await _connections.ConnectAsync(int.MaxValue, cancellationToken).ConfigureAwait(false);
            await PublishOthersAsync(publisher).ConfigureAwait(false);
            return publisher;
        }
        catch (TargetException reason)
        {
            throw new CannotRunException($"the publisher cannot connect: {reason.Message}");
        }
    }

    /// <summary>The instances of the list that do not change.</summary>
    private async Task PublishOthersAsync(ITargetConnection publisher)
    {
        for (int number = 1; number < _connections.Settings.Instances; number++)
        {
            LoadResult result = await publisher.SendAsync(_connections.Target.PrepareRegister(Service, LoadInstances.Create(0, number, weight: 1))).ConfigureAwait(false);
            if (!result.IsOk)
            {
                throw new CannotRunException($"register: {result.StatusCode}");
            }
        }
    }

    private async ValueTask<LoadResult> ChangeAsync(ILoadContext context)
    {
        PushAudience audience = _audience!;
        long change = Interlocked.Increment(ref _change);
        string value = PushMark.Write(change) + new string('x', _padding);
        LoadInstance instance = LoadInstances.Create(0, 0, weight: 1, [new("change", value)]);
        PreparedRequest request = _connections.Target.PrepareRegister(Service, instance);
        Task arrivedEverywhere = audience.Begin(change, Stopwatch.GetTimestamp());
        LoadResult registered = await _publisher!.SendAsync(request).ConfigureAwait(false);
        if (!registered.IsOk)
        {
            return registered;
        }

        await arrivedEverywhere.ConfigureAwait(false);
        return LoadResult.Ok();
    }

    /// <summary>One subscriber; knows which changes it has seen. On its connection's receiving thread.</summary>
    private sealed class PushSubscriber(PushPlan plan) : IPushSink
    {
        private long _seen;

        public void Arrived(in System.Buffers.ReadOnlySequence<byte> list, long receivedAt)
        {
            if (!PushMark.TryRead(list, out long change))
            {
                return;
            }

            // A push that merges several changes delivers all of them.
            PushAudience audience = Volatile.Read(ref plan._audience)!;
            for (long arrived = Math.Max(_seen, change - PushAudience.Remembered) + 1; arrived <= change; arrived++)
            {
                audience.Arrived(arrived, receivedAt, arrived == change ? list.Length : 0);
            }

            _seen = Math.Max(_seen, change);
        }
    }
}
