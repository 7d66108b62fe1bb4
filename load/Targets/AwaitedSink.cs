using System.Buffers;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Targets;

/// <summary>Keeps the first list of a subscription, which whoever subscribes waits for, and hands every later one to the sink.</summary>
/// <remarks>Lists come on the connection's receive path, one at a time, and so does its end. The waiting caller goes on inline there.</remarks>
/// <param name="sink">Takes what follows.</param>
internal sealed class AwaitedSink(IPushSink sink) : IPushSink
{
    private TaskCompletionSource<LoadResult>? _first = new();

    public IPushSink Sink => sink;

    /// <summary>The first list with its size, or the failure. To be asked for before anything can arrive.</summary>
    public Task<LoadResult> FirstList => _first?.Task ?? throw new InvalidOperationException("the first list has been taken already");

    public void Arrived(in ReadOnlySequence<byte> list, long receivedAt)
    {
        // Not kept any longer: there may be very many subscriptions.
        if (_first is { } first)
        {
            _first = null;
            first.SetResult(LoadResult.Ok(list.Length));
        }
        else
        {
            sink.Arrived(list, receivedAt);
        }
    }

    /// <summary>No list will come any more. True when one was still waited for.</summary>
    public bool Fail(string status)
    {
        if (_first is not { } first)
        {
            return false;
        }

        _first = null;
        first.SetResult(LoadResult.Fail(status));
        return true;
    }
}
