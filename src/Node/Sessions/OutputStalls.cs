namespace FastRegistry.Node.Sessions;

/// <summary>Since when a session's output stands still, and since when its streams do. Made when one of them first does: most sessions never see it.</summary>
internal sealed class OutputStalls
{
    /// <summary>What the kernel does not take. Written by the sending thread.</summary>
    public StallMark Output = new();

    /// <summary>What the client gives no credit for. Written by any thread.</summary>
    public StallMark Streams = new();
}
