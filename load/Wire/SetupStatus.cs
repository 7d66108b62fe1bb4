namespace FastRegistry.Load.Wire;

/// <summary>How the set-up of a connection ended.</summary>
/// <param name="CompletedAt">Stopwatch timestamp at which the reply was handled.</param>
/// <param name="Failure">What went wrong, by kind; null = it is set up.</param>
internal readonly record struct SetupStatus(long CompletedAt, string? Failure)
{
    public static SetupStatus Failed(string kind) => new(0, kind);
}
