namespace FastRegistry.Registry.Services;

/// <summary>A piece of work that a worker runs. It answers by itself and does not throw.</summary>
internal interface IWorkItem
{
    void Run();
}

/// <summary>Takes work that is not O(1) away from the thread that received it. Declared here so that the registry knows no worker; the node implements
/// it.</summary>
internal interface IWorkQueue
{
    /// <summary>Adds a piece of work; false when the queue is full, and then the caller keeps it.</summary>
    bool TryAdd(IWorkItem item);
}
