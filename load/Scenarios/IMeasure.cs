namespace FastRegistry.Load.Scenarios;

/// <summary>Takes measurements that are not the duration of an iteration or step, such as the arrival of a push. Any thread; no allocation.</summary>
internal interface IMeasure
{
    /// <summary>Counts one; ignored during warm-up and outside the measured time.</summary>
    /// <param name="durationTicks">In <see cref="System.Diagnostics.Stopwatch"/> ticks.</param>
    /// <param name="result">Success or the kind of failure.</param>
    void Record(long durationTicks, LoadResult result);
}
