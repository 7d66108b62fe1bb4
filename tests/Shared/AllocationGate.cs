namespace FastRegistry.Tests;

/// <summary>Holds code to allocating nothing on the thread that runs it.</summary>
internal static class AllocationGate
{
    private const int Attempts = 5;

    /// <summary>
    /// Runs <paramref name="round"/>, which performs the operation many times, once to warm up and then until a run allocates nothing. Code that allocates
    /// per operation does so in every run; what the runtime allocates once for itself (on a busy machine, code is still being compiled while it is measured)
    /// does not.
    /// </summary>
    public static void AssertNothing(Action round, string context = "")
    {
        round();
        long[] allocated = new long[Attempts];
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            allocated[attempt] = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated[attempt] == 0)
            {
                return;
            }
        }

        Assert.Fail($"bytes allocated in each of {Attempts} runs: {string.Join(", ", allocated)} {context}");
    }
}
