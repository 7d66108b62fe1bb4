namespace FastRegistry.Load.Scenarios;

/// <summary>What a running iteration knows about itself. Valid until the iteration has ended; runners reuse it.</summary>
internal interface ILoadContext
{
    /// <summary>Number of the copy that runs, from 0. In closed phases a copy loops; in open phases it is the number of the slot the iteration got.</summary>
    int Copy { get; }

    /// <summary>Number of this iteration among all of its scenario, from 0; warm-up counts for itself.</summary>
    long Iteration { get; }

    /// <summary>When the iteration was to begin, as a <see cref="System.Diagnostics.Stopwatch"/> timestamp; in closed phases when it did begin.</summary>
    long IntendedStart { get; }

    /// <summary>Asks iterations that wait to come to an end.</summary>
    CancellationToken Stopping { get; }

    /// <summary>Runs and measures a part of the iteration under a name of its own.</summary>
    /// <param name="name">A constant; one of <see cref="LoadScenario.Steps"/>.</param>
    /// <param name="state">Handed to <paramref name="run"/>, so that it can be a static lambda.</param>
    /// <param name="run">What is measured. Exceptions count as failures.</param>
    ValueTask<LoadResult> StepAsync<TState>(string name, TState state, Func<TState, CancellationToken, ValueTask<LoadResult>> run);
}
