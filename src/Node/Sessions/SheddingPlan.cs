namespace FastRegistry.Node.Sessions;

/// <summary>Who is to leave, in order.</summary>
/// <param name="Departures">Asked one after the other, spread over time.</param>
/// <param name="Addresses">Where they are sent; may be empty.</param>
/// <param name="Repeat">Somebody could not be asked yet; choose again later.</param>
internal sealed record SheddingPlan(IReadOnlyList<Departure> Departures, IReadOnlyList<string> Addresses, bool Repeat)
{
    public static SheddingPlan Nobody { get; } = new([], [], Repeat: false);
}
