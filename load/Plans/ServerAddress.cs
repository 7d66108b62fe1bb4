namespace FastRegistry.Load.Plans;

/// <summary>A server under load.</summary>
/// <param name="Load">IP:PORT the load goes to.</param>
/// <param name="Http">IP:PORT where it tells its memory and processor time.</param>
internal sealed record ServerAddress(string Load, string Http);
