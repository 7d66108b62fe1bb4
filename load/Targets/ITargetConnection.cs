using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Targets;

/// <summary>One client's connection, set up. Operations may be outstanding together and come from any thread; they never throw, they fail.</summary>
/// <remarks>No operation has a time-out of its own: when the connection ends, everything outstanding fails with its reason.</remarks>
internal interface ITargetConnection
{
    /// <summary>False once it has ended, whoever ended it.</summary>
    bool IsOpen { get; }

    /// <summary>Sends a request and waits for the answer; the size is that of the answer's body. A refusal by the server is a failure.</summary>
    ValueTask<LoadResult> SendAsync(PreparedRequest request);

    /// <summary>Sends a heartbeat and waits for the answer. One at a time: a second one fails with <c>still unanswered</c>.</summary>
    ValueTask<LoadResult> HeartbeatAsync();

    /// <summary>Subscribes to a service; completes with the first list. Every list that follows goes to <paramref name="sink"/>.</summary>
    ValueTask<LoadResult> SubscribeAsync(string service, IPushSink sink);

    /// <summary>Ends the subscription of a sink; for targets with <see cref="TargetAbilities.Unsubscribe"/>.</summary>
    ValueTask<LoadResult> UnsubscribeAsync(IPushSink sink) => new(LoadResult.Fail("this target does not unsubscribe"));

    /// <summary>Says goodbye where the protocol has a word for it, and closes. Not counted as a loss.</summary>
    ValueTask LeaveAsync();

    /// <summary>Closes at once without a word, as a process that dies would. Not counted as a loss.</summary>
    void Abort();
}
