using System.Collections.Concurrent;
using System.Net;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Tests.Plans;

/// <summary>A target without a network: notes where connections go and answers everything at once.</summary>
internal sealed class RecordingTarget : ITarget
{
    public ConcurrentQueue<(IPEndPoint Server, IPAddress? Source)> Connected { get; } = new();

    public string? Refusal { get; init; }

    public TargetAbilities Abilities => TargetAbilities.Connections | TargetAbilities.Heartbeats | TargetAbilities.Register | TargetAbilities.Query | TargetAbilities.Push;

    public TargetStatistics Statistics { get; } = new();

    public Task<ITargetConnection> ConnectAsync(IPEndPoint server, IPAddress? source, CancellationToken cancellationToken)
    {
        if (Refusal is not null)
        {
            throw new TargetException(Refusal);
        }

        Connected.Enqueue((server, source));
        return Task.FromResult<ITargetConnection>(new Connection());
    }

    public PreparedRequest PrepareRegister(string service, LoadInstance instance) => new Request();

    public PreparedRequest PrepareDeregister(string service, LoadInstance instance) => new Request();

    public PreparedRequest PrepareQuery(string service) => new Request();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Request : PreparedRequest;

    private sealed class Connection : ITargetConnection
    {
        public bool IsOpen { get; private set; } = true;

        public ValueTask<LoadResult> SendAsync(PreparedRequest request) => new(LoadResult.Ok(100));

        public ValueTask<LoadResult> HeartbeatAsync() => new(LoadResult.Ok());

        public ValueTask<LoadResult> SubscribeAsync(string service, IPushSink sink) => new(LoadResult.Ok());

        public ValueTask LeaveAsync()
        {
            IsOpen = false;
            return ValueTask.CompletedTask;
        }

        public void Abort() => IsOpen = false;
    }
}
