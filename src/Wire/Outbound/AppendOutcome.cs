namespace FastRegistry.Wire.Outbound;

/// <summary>What became of something that was to be sent.</summary>
public enum AppendOutcome
{
    /// <summary>It is in the chain and will be sent in this order.</summary>
    Appended,

    /// <summary>Not taken: the connection, or the process as a whole, is behind. Try again when it has drained.</summary>
    Behind,

    /// <summary>Not taken: the connection is closing.</summary>
    Closed,
}
