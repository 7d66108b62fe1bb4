using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.ProcessTests;

/// <summary>A subscriber that takes its first list and reads nothing more until the test says so.</summary>
internal sealed class DeafSubscriber : IDisposable
{
    private const int ReceiveBufferBytes = 4096;
    private const ulong SubscribeId = 2;

    private readonly FrameSocket _socket;

    private DeafSubscriber(FrameSocket socket) => _socket = socket;

    public int LocalPort => _socket.LocalPort;

    /// <summary>Revision of the newest list it has read.</summary>
    public ulong Revision { get; private set; }

    public static async Task<DeafSubscriber> SubscribeAsync(int port, string service, CancellationToken cancellationToken)
    {
        DeafSubscriber subscriber = new(await FrameSocket.ConnectAsync(port, "deaf", ReceiveBufferBytes, cancellationToken));
        SubscribeRequest request = new() { Subscriptions = { new Subscription { Id = 1, Name = service } } };
        await subscriber._socket.SendAsync(FrameKind.Request, MessageType.Subscribe, SubscribeId, request.ToByteArray(), cancellationToken);
        while (subscriber.Revision == 0)
        {
            (FrameHeader header, byte[] body) = await subscriber._socket.ReadAsync(cancellationToken);
            if (header.Kind == FrameKind.Push)
            {
                Assert.Equal(MessageType.SnapshotPush, header.Type);
                subscriber.Revision = Snapshot.Parser.ParseFrom(body.AsSpan(PushPrefix.Size)).Revision;
            }
        }

        return subscriber;
    }

    /// <summary>Reads lists up to a revision, answering probes on the way.</summary>
    /// <returns>Their revisions in order.</returns>
    /// <exception cref="IOException">The server closed before.</exception>
    public async Task<List<ulong>> ReadUpToAsync(ulong revision, CancellationToken cancellationToken)
    {
        List<ulong> revisions = [];
        while (Revision < revision)
        {
            (FrameHeader header, byte[] body) = await _socket.ReadAsync(cancellationToken);
            if (header.Kind == FrameKind.Push)
            {
                Revision = RevisionOf(header.Type, body.AsSpan(PushPrefix.Size));
                revisions.Add(Revision);
            }
            else if (header.Kind == FrameKind.Probe)
            {
                await _socket.SendAsync(FrameKind.Pong, MessageType.None, 0, body, cancellationToken);
            }
        }

        return revisions;
    }

    public void Dispose() => _socket.Dispose();

    private static ulong RevisionOf(MessageType type, ReadOnlySpan<byte> message)
    {
        Assert.True(type is MessageType.SnapshotPush or MessageType.DeltaPush, $"a push of type {type}");
        return type == MessageType.SnapshotPush ? Snapshot.Parser.ParseFrom(message).Revision : SnapshotDelta.Parser.ParseFrom(message).Revision;
    }
}
