using System.Buffers;
using System.Net.Sockets;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Tests.Transport;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;
using FastRegistry.Wire.Transport.Sockets;

namespace FastRegistry.Wire.Tests.Streams;

/// <summary>Whole streams with their credit over both transports, with pings in between.</summary>
public sealed class StreamTransferTests
{
    private const int MessageBytes = 5 * 1024 * 1024;

    private readonly TransportResources _resources = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Large_messages_arrive_intact_with_small_frames_in_between(bool sockets)
    {
        (Connection server, Connection client) = sockets ? await ConnectSocketsAsync() : ConnectInMemory();
        byte[][] messages = [.. Enumerable.Range(0, 3).Select(i => ChunkFrames.Noise(MessageBytes, i))];
        Sender sender = new(server);
        Receiver receiver = new(client);
        server.Start(sender);
        client.Start(receiver);
        for (int i = 0; i < messages.Length; i++)
        {
            Assert.True(sender.Streams.TryBegin(
                new FrameHeader(0, FrameKind.Response, FrameFlags.None, MessageType.Query, (ulong)i), [], messages[i], sender.CountSent));
        }

        receiver.Ping();
        Eventually.True(() => receiver.Messages.Count == messages.Length || receiver.Violated);
        Assert.False(receiver.Violated);
        foreach ((ulong correlation, ReadOnlyMemory<byte> body) in receiver.Messages)
        {
            Assert.True(body.Span.SequenceEqual(messages[correlation]), $"message {correlation} differs");
        }

        Eventually.True(() => sender.Sent == messages.Length);
        Assert.Equal(0, sender.Streams.Open);
        Assert.True(receiver.PongsAmidStreams > 10, $"{receiver.PongsAmidStreams} pongs between the chunks");

        server.Abort(CloseReason.Aborted);
        client.Abort(CloseReason.Aborted);
        Eventually.True(() => _resources.Blocks.Rented == 0 && _resources.Budget.UsedBytes == 0);
    }

    private (Connection Server, Connection Client) ConnectInMemory() => InMemoryTransport.CreatePair(_resources);

    private async Task<(Connection Server, Connection Client)> ConnectSocketsAsync()
    {
        SocketTransport transport = new(_resources);
        (Socket first, Socket second) = await SocketPair.CreateAsync();
        SocketConnection client = transport.Wrap(second);
        client.PausesAboveHighWaterMark = false;
        return (transport.Wrap(first), client);
    }

    private sealed class Sender(Connection connection) : IConnectionHandler
    {
        private int _sent;

        public OutboundStreams Streams { get; } = new(connection, StreamLimits.Default);

        public int Sent => Volatile.Read(ref _sent);

        public void CountSent(ulong sequence) => Interlocked.Increment(ref _sent);

        public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
        {
            ReadOnlySequence<byte> rest = received;
            Span<byte> longest = stackalloc byte[UInt64Body.Size];
            while (FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
            {
                Span<byte> body = longest[..(int)frame.Body.Length];
                FrameReader.Copy(frame.Body, body);
                if (frame.Header.Kind == FrameKind.Credit)
                {
                    Streams.AddCredit(CreditBody.Read(body));
                }
                else
                {
                    replies.WritePong(UInt64Body.Read(body));
                }
            }

            return new ReceiveResult(rest.Start, rest.End);
        }

        public void OnDrained() => Streams.Pump();

        public void OnClosed(CloseReason reason) => Streams.Close();
    }

    private sealed class Receiver(Connection connection) : IConnectionHandler
    {
        private readonly StreamAssembler _assembler = new(StreamLimits.Default);
        private volatile bool _violated;
        private int _pongs;

        public System.Collections.Concurrent.ConcurrentQueue<(ulong Correlation, ReadOnlyMemory<byte> Body)> Messages { get; } = new();

        public bool Violated => _violated;

        public int PongsAmidStreams => Volatile.Read(ref _pongs);

        public void Ping()
        {
            Span<byte> body = stackalloc byte[UInt64Body.Size];
            new UInt64Body(1).Write(body);
            connection.Send(new FrameHeader(UInt64Body.Size, FrameKind.Ping, FrameFlags.None, MessageType.None, 0), body);
        }

        public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
        {
            ReadOnlySequence<byte> rest = received;
            while (FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
            {
                Take(frame, replies);
            }

            return new ReceiveResult(rest.Start, rest.End);
        }

        public void OnDrained()
        {
        }

        public void OnClosed(CloseReason reason)
        {
        }

        private void Take(in Frame frame, BatchWriter replies)
        {
            if (frame.Header.Kind == FrameKind.Pong)
            {
                if (_assembler.Open > 0)
                {
                    Interlocked.Increment(ref _pongs);
                    Ping();
                }

                return;
            }

            StreamOutcome outcome = _assembler.Add(frame, out FrameHeader header, out ReadOnlyMemory<byte> body, out CreditBody? credit);
            _violated |= outcome == StreamOutcome.Violation;
            if (credit is { } more)
            {
                replies.WriteCredit(more);
            }

            if (outcome == StreamOutcome.Complete)
            {
                Messages.Enqueue((header.CorrelationId, body));
            }
        }
    }
}
