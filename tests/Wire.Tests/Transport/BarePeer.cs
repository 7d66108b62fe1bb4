namespace FastRegistry.Wire.Tests.Transport;

/// <summary>The other end of a connection without a connection around it, for peers that misbehave.</summary>
internal sealed record BarePeer(Stream Reading, Stream Writing, Action Close)
{
    /// <summary>Reads to the end of the stream.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using MemoryStream all = new();
        await Reading.CopyToAsync(all, TestContext.Current.CancellationToken);
        return all.ToArray();
    }

    public ValueTask WriteAsync(byte[] bytes) => Writing.WriteAsync(bytes, TestContext.Current.CancellationToken);
}
