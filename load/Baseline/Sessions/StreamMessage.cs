using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using FastRegistry.Load.Targets.Grpc.Framing;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Baseline.Sessions;

/// <summary>A message on its way to a client's stream; a body is referred to until it is written.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Token of a pong, subscription id of a push.</param>
/// <param name="ChangedAtMicroseconds">Time of the change a push reports.</param>
/// <param name="Body">Encoded reply or list; null for a pong.</param>
internal readonly record struct StreamMessage(StreamMessageKind Kind, ulong Id, long ChangedAtMicroseconds, byte[]? Body)
{
    private const int LargestHeadBytes = GrpcPrefix.Size + StreamMessageLayout.PushHeadBytes;

    /// <summary>Size without gRPC's prefix.</summary>
    public int Bytes => (Body?.Length ?? 0) + Kind switch
    {
        StreamMessageKind.Push => StreamMessageLayout.PushHeadBytes,
        StreamMessageKind.Pong => StreamMessageLayout.PingBytes,
        _ => 1,
    };

    public static StreamMessage Setup(byte[] reply) => new(StreamMessageKind.Setup, 0, 0, reply);

    public static StreamMessage Pong(ulong token) => new(StreamMessageKind.Pong, token, 0, null);

    public static StreamMessage Push(ulong subscriptionId, long changedAtMicroseconds, byte[] list) =>
        new(StreamMessageKind.Push, subscriptionId, changedAtMicroseconds, list);

    /// <summary>Writes prefix, head and body. The one copy of a list is this one, into Kestrel's buffers.</summary>
    public void Write(PipeWriter writer)
    {
        Span<byte> head = writer.GetSpan(LargestHeadBytes);
        GrpcPrefix.Write(head, Bytes);
        head[GrpcPrefix.Size] = (byte)Kind;
        int headBytes = GrpcPrefix.Size + 1;
        if (Kind != StreamMessageKind.Setup)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(head[headBytes..], Id);
            headBytes += sizeof(ulong);
        }

        if (Kind == StreamMessageKind.Push)
        {
            new PushPrefix(ChangedAtMicroseconds).Write(head[headBytes..]);
            headBytes += PushPrefix.Size;
        }

        writer.Advance(headBytes);
        if (Body is not null)
        {
            writer.Write(Body);
        }
    }
}
