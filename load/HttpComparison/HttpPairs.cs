using FastRegistry.Load.Generators;

namespace FastRegistry.Load.HttpComparison;

/// <summary>Runs both sides in turns; which one goes first alternates from pair to pair. Stateless.</summary>
internal static class HttpPairs
{
    /// <param name="pairs">So many.</param>
    /// <param name="runOne">One run of one side, on a server of its own.</param>
    /// <param name="interrupted">Ends it; what is complete is returned.</param>
    public static async Task<List<(T Product, T Bare)>> RunAsync<T>(int pairs, Func<HttpSide, Task<T>> runOne, IRunConsole console, CancellationToken interrupted)
    {
        List<(T, T)> complete = [];
        try
        {
            for (int pair = 0; pair < pairs; pair++)
            {
                interrupted.ThrowIfCancellationRequested();
                console.Note($"pair {pair + 1} of {pairs}");
                bool productFirst = pair % 2 == 0;
                T first = await runOne(productFirst ? HttpSide.Product : HttpSide.Bare);
                T second = await runOne(productFirst ? HttpSide.Bare : HttpSide.Product);
                complete.Add(productFirst ? (first, second) : (second, first));
            }
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            console.Note("interrupted");
        }

        return complete;
    }
}
