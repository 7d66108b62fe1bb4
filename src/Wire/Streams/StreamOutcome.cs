namespace FastRegistry.Wire.Streams;

/// <summary>What a chunk did to the stream it belongs to.</summary>
public enum StreamOutcome
{
    /// <summary>The message is not complete yet.</summary>
    Incomplete,

    /// <summary>The message is complete.</summary>
    Complete,

    /// <summary>The chunk contradicts the stream or passes a bound; the connection must end.</summary>
    Violation,
}
