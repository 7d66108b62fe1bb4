using System.Net;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>The request side of a client's stream: writes the set-up, then stays open for heartbeats until <see cref="Complete"/>.</summary>
/// <remarks>Made and completed by its connection. The handler calls <see cref="SerializeToStreamAsync(Stream, TransportContext?)"/> once, beside the response.</remarks>
internal sealed class SessionContent : HttpContent
{
    private readonly byte[] _setup;
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Stream? _stream;

    /// <param name="setup">The first message, framed.</param>
    public SessionContent(byte[] setup)
    {
        _setup = setup;
        Headers.TryAddWithoutValidation("Content-Type", FramedContent.ContentType);
    }

    /// <summary>Writes and sends; one call at a time, and only when the set-up has been answered.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> framed)
    {
        await _stream!.WriteAsync(framed).ConfigureAwait(false);
        await _stream.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the request: the server takes it as a goodbye.</summary>
    public void Complete() => _completed.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        _stream = stream;
        await stream.WriteAsync(_setup).ConfigureAwait(false);
        await stream.FlushAsync().ConfigureAwait(false);
        await _completed.Task.ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
