namespace FastRegistry.Node.Sessions;

/// <summary>A wheel time, or none, in four bytes: its low bits. Whoever reads it gives the others back from a time that is less than 24 days away from it.</summary>
/// <remarks>For deadlines, which are shorter than that by their own range.</remarks>
internal static class RecentTime
{
    public const uint None = 0;

    /// <summary>One millisecond in 49 days would mean none; it counts as the next.</summary>
    public static uint Of(long time) => Math.Max((uint)time, 1);

    /// <param name="stored">Not <see cref="None"/>.</param>
    /// <param name="now">A time near it, before or after.</param>
    public static long At(uint stored, long now) => now - (int)((uint)now - stored);
}
