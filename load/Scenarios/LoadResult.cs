namespace FastRegistry.Load.Scenarios;

/// <summary>What one iteration or step came to.</summary>
/// <param name="IsOk">Whether it did what it was to do.</param>
/// <param name="StatusCode">Empty when it worked; else a short constant text such as <c>connection lost</c> under which failures are counted.</param>
/// <param name="SizeBytes">Bytes of the answer's body; 0 = not known.</param>
internal readonly record struct LoadResult(bool IsOk, string StatusCode, long SizeBytes)
{
    public static LoadResult Ok(long sizeBytes = 0) => new(true, "", sizeBytes);

    public static LoadResult Fail(string statusCode) => new(false, statusCode, 0);
}
