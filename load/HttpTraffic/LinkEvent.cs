namespace FastRegistry.Load.HttpTraffic;

/// <summary>What became of a connection's outstanding request when its socket was read.</summary>
internal enum LinkEvent
{
    /// <summary>The answer is not complete.</summary>
    Waiting,

    /// <summary>It was answered, well or not.</summary>
    Answered,

    /// <summary>The connection is of no use any more.</summary>
    Broken,
}
