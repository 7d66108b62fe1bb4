namespace FastRegistry.Server.Work;

/// <summary>A request a worker runs. It answers by itself and does not throw.</summary>
internal interface IQueuedRequest
{
    void Run();
}
