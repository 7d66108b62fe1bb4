namespace FastRegistry.Registry.Instances;

/// <summary>Numbers that are unique over all nodes and grow with time, for instance ids of the generator <c>snowflake</c>. Any thread; no lock.</summary>
/// <remarks>
/// <code>
///  63 | 62 .................... 22 | 21 ......... 12 | 11 ........ 0
///   0 | milliseconds since 2020    | node, 10 bits   | counter
/// </code>
/// The counter runs over into the milliseconds instead of waiting: 4,096 a millisecond are more than a node registers, and a clock that goes back changes
/// nothing. Two nodes whose numbers share the 10 bits can make the same number only within the same millisecond; the id holds cluster and service too.
/// </remarks>
internal sealed class SnowflakeNumbers(ulong node, TimeProvider timeProvider)
{
    private const int CounterBits = 12;
    private const int NodeBits = 10;

    private static readonly DateTimeOffset Start = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly long _node = (long)(node % (1 << NodeBits)) << CounterBits;

    // Milliseconds and counter side by side, without the node between them.
    private long _last;

    public long Next()
    {
        long now = (long)(timeProvider.GetUtcNow() - Start).TotalMilliseconds << CounterBits;
        while (true)
        {
            long last = Volatile.Read(ref _last);
            long next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                long counter = next & ((1 << CounterBits) - 1);
                return ((next >> CounterBits) << (CounterBits + NodeBits)) | _node | counter;
            }
        }
    }
}
