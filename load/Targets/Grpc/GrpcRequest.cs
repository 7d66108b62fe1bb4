using FastRegistry.Load.Targets.Grpc.Framing;
using Google.Protobuf;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>A unary request with its message encoded and framed. Immutable, any thread.</summary>
internal sealed class GrpcRequest : PreparedRequest
{
    public GrpcRequest(string path, IMessage message)
    {
        Path = path;
        byte[] framed = new byte[GrpcPrefix.Size + message.CalculateSize()];
        GrpcPrefix.Write(framed, framed.Length - GrpcPrefix.Size);
        message.WriteTo(framed.AsSpan(GrpcPrefix.Size));
        Content = new FramedContent(framed);
    }

    public string Path { get; }

    /// <summary>Shared by every sending: it is written from and never changed or disposed.</summary>
    public FramedContent Content { get; }
}
