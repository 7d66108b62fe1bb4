namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>Something that any thread may ask a loop to run. In the inbox at most once at a time; it carries the link itself, so that asking allocates nothing.</summary>
internal interface ILoopItem
{
    /// <summary>The inbox' link.</summary>
    ILoopItem? NextInInbox { get; set; }

    /// <summary>Runs on the loop's thread. From now on it may be posted again.</summary>
    void RunOnLoop();
}
