using System.Net;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>The body of a unary request. Any number of requests send it at the same time.</summary>
internal sealed class FramedContent : HttpContent
{
    public const string ContentType = "application/grpc";

    private readonly ReadOnlyMemory<byte> _framed;

    public FramedContent(byte[] framed)
    {
        _framed = framed;
        Headers.TryAddWithoutValidation("Content-Type", ContentType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(_framed, cancellationToken).AsTask();

    /// <summary>gRPC sends no length; the end of the stream is the end of the request.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
