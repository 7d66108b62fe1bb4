using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Plans;

/// <summary>Waits for changes to arrive at a number of subscribers.</summary>
/// <remarks>One per stage. <see cref="Begin"/> by the publisher; <see cref="Arrived"/> on the receiving threads of all subscribers. Remembers the last
/// <see cref="Remembered"/> changes; what arrives for an older one, or for one of an earlier stage, is not counted.</remarks>
internal sealed class PushAudience(int subscribers, IMeasure eachSubscriber, IMeasure lastSubscriber)
{
    public const int Remembered = 1024;

    private readonly Change?[] _changes = new Change?[Remembered];

    /// <summary>A change is about to be sent. Completes when it has arrived at the last subscriber.</summary>
    /// <param name="number">Counts up by one.</param>
    /// <param name="sentAt">Stopwatch timestamp.</param>
    public Task Begin(long number, long sentAt)
    {
        Change change = new(number, sentAt, subscribers);
        Volatile.Write(ref _changes[number % Remembered], change);
        return change.ArrivedEverywhere;
    }

    /// <param name="bytes">Size of the message that brought it; 0 when another change came with the same one.</param>
    public void Arrived(long number, long receivedAt, long bytes)
    {
        if (Volatile.Read(ref _changes[number % Remembered]) is { } change && change.Number == number)
        {
            eachSubscriber.Record(receivedAt - change.SentAt, LoadResult.Ok(bytes));
            if (change.CountArrival())
            {
                // Taken here and not where the iteration goes on: that is on another thread, later.
                lastSubscriber.Record(receivedAt - change.SentAt, LoadResult.Ok());
                change.Complete();
            }
        }
    }

    /// <summary>One change on its way. Any thread.</summary>
    private sealed class Change(long number, long sentAt, int subscribers)
    {
        private readonly TaskCompletionSource _arrivedEverywhere = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _missing = subscribers;

        public long Number { get; } = number;

        public long SentAt { get; } = sentAt;

        public Task ArrivedEverywhere => _arrivedEverywhere.Task;

        /// <summary>True for the last one.</summary>
        public bool CountArrival() => Interlocked.Decrement(ref _missing) == 0;

        public void Complete() => _arrivedEverywhere.SetResult();
    }
}
