namespace FastRegistry.Registry.Services;

/// <summary>What became of a push.</summary>
internal enum PushOutcome
{
    /// <summary>It is on its way, in order.</summary>
    Sent,

    /// <summary>The connection is behind; the newest list will be asked for when it has drained.</summary>
    Resync,

    /// <summary>No stream can carry the list; the subscriber keeps the one it has.</summary>
    TooLarge,

    /// <summary>The connection is gone.</summary>
    Closed,
}
