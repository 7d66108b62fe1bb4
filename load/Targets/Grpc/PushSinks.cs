namespace FastRegistry.Load.Targets.Grpc;

/// <summary>Where the pushes of one connection go, by subscription id. Any thread; most connections have none or one.</summary>
internal sealed class PushSinks
{
    private readonly Lock _sinkGate = new();
    private Dictionary<ulong, AwaitedSink>? _sinks;
    private ulong _lastId;

    /// <summary>Gives a sink its subscription id: 1, 2, 3, …</summary>
    public ulong Add(AwaitedSink sink)
    {
        lock (_sinkGate)
        {
            _sinks ??= [];
            _sinks.Add(++_lastId, sink);
            return _lastId;
        }
    }

    public void Remove(ulong id)
    {
        lock (_sinkGate)
        {
            _sinks?.Remove(id);
        }
    }

    /// <summary>Fails whoever still waits for a first list.</summary>
    public void Close(string status)
    {
        AwaitedSink[] sinks;
        lock (_sinkGate)
        {
            sinks = _sinks is null ? [] : [.. _sinks.Values];
        }

        foreach (AwaitedSink sink in sinks)
        {
            sink.Fail(status);
        }
    }

    public AwaitedSink? Find(ulong id)
    {
        lock (_sinkGate)
        {
            return _sinks?.GetValueOrDefault(id);
        }
    }
}
