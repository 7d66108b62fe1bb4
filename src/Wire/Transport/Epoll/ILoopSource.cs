namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>Something with a descriptor that a loop watches. Called on the loop's thread only.</summary>
internal interface ILoopSource
{
    /// <summary>The kernel has reported events.</summary>
    void OnReady(EpollEvents events);

    /// <summary>The loop ends for good: everything that depends on it must end now.</summary>
    void OnLoopEnding();
}
