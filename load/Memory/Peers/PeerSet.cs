using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using FastRegistry.Node.Hosting;
using FastRegistry.Node.Sessions;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Load.Memory.Peers;

/// <summary>The clients' ends of very many connections. Nobody waits on them: one thread looks at all in turn, so a client costs its pipes and nothing else.</summary>
/// <remarks>Opened by one thread; afterwards <see cref="Serve(bool)"/> belongs to one thread.</remarks>
internal sealed class PeerSet
{
    private const int OpenedTogether = 512;
    private static readonly byte[] Pong = CreatePong();
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private readonly RegistryNode _node;
    private readonly IDuplexPipe?[] _peers;
    private readonly object?[] _nodeEnds;
    private readonly PongHandler _pongHandler = new();

    // A fixed seed: runs are alike, and the ids are nobody's secret here.
    private readonly Random _random = new(1);

    /// <param name="count">Connections.</param>
    public PeerSet(RegistryNode node, int count)
    {
        _node = node;
        _peers = new IDuplexPipe?[count];
        _nodeEnds = new object?[count];
    }

    public int Count => _peers.Length;

    /// <summary>Connections without a session that have ended. They end on pool threads, some time after <see cref="Close"/>.</summary>
    public int ClosedConnections => _pongHandler.Closed;

    /// <summary>The session of a peer.</summary>
    public ClientSession Session(int index) => (ClientSession)_nodeEnds[index]!;

    /// <summary>Opens all, each with the bytes of a set-up to and fro.</summary>
    /// <exception cref="InvalidOperationException">One was refused or got no answer.</exception>
    public void Open(PeerKind kind, CancellationToken cancellationToken)
    {
        for (int first = 0; first < Count; first += OpenedTogether)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int end = Math.Min(first + OpenedTogether, Count);
            for (int i = first; i < end; i++)
            {
                OpenOne(i, kind);
            }

            for (int i = first; i < end; i++)
            {
                ReadAnswer(_peers[i]!.Input);
            }
        }
    }

    /// <summary>Looks at every peer once and takes what was sent to it.</summary>
    /// <param name="answer">Probes are answered; else they are only taken, as a kernel takes what a dead process never reads.</param>
    /// <returns>Probes that were there.</returns>
    public int Serve(bool answer)
    {
        int probes = 0;
        foreach (IDuplexPipe? peer in _peers)
        {
            probes += peer is null ? 0 : Serve(peer, answer);
        }

        return probes;
    }

    /// <summary>Closes the clients' ends and forgets everything.</summary>
    public void Close()
    {
        foreach (IDuplexPipe? peer in _peers)
        {
            peer?.Output.Complete();
            peer?.Input.Complete();
        }

        Array.Clear(_peers);
        Array.Clear(_nodeEnds);
    }

    private static byte[] CreatePong()
    {
        byte[] frame = new byte[FrameHeader.Size + UInt64Body.Size];
        new FrameHeader(UInt64Body.Size, FrameKind.Pong, FrameFlags.None, MessageType.None, 0).Write(frame);
        return frame;
    }

    private static int Serve(IDuplexPipe peer, bool answer)
    {
        if (!peer.Input.TryRead(out ReadResult read))
        {
            return 0;
        }

        int probes = 0;
        ReadOnlySequence<byte> buffer = read.Buffer;
        while (FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
        {
            if (frame.Header.Kind == FrameKind.Probe)
            {
                probes++;
                if (answer)
                {
                    Write(peer.Output, Pong);
                }
            }
        }

        peer.Input.AdvanceTo(buffer.Start, read.Buffer.End);
        return probes;
    }

    private static void Write(PipeWriter output, ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);

        ValueTask<FlushResult> flush = output.FlushAsync(CancellationToken.None);
        Debug.Assert(flush.IsCompletedSuccessfully, "it is far below what a pipe holds");
    }

    private static void ReadAnswer(PipeReader input)
    {
        ReadResult read = default;
        if (!SpinWait.SpinUntil(() => input.TryRead(out read), AnswerTimeout))
        {
            throw new InvalidOperationException("a set-up was not answered");
        }

        ReadOnlySequence<byte> buffer = read.Buffer;
        if (FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame frame, out _) != FrameReadStatus.Frame
            || frame.Header.Kind == FrameKind.GoAway
            || (frame.Header.Flags & FrameFlags.Error) != 0)
        {
            throw new InvalidOperationException("a set-up was refused");
        }

        input.AdvanceTo(read.Buffer.End);
    }

    private void OpenOne(int index, PeerKind kind)
    {
        byte[] setup = SetupBytes.Create(_random, index);
        if (kind == PeerKind.Pipes)
        {
            (IDuplexPipe end, IDuplexPipe other) = InMemoryTransport.CreatePipes(_node.Resources, PipeScheduler.ThreadPool);
            (_peers[index], _nodeEnds[index]) = (other, end);
            Write(other.Output, setup);
            end.Input.TryRead(out ReadResult read);
            end.Input.AdvanceTo(read.Buffer.End);
            Write(end.Output, Pong);
            return;
        }

        (PipeConnection connection, IDuplexPipe peer) = InMemoryTransport.CreateWithBarePeer(_node.Resources);
        IConnectionHandler handler = kind == PeerKind.Connections
            ? _pongHandler
            : _node.Acceptor.Accept(connection) ?? throw new InvalidOperationException("a connection was refused");
        (_peers[index], _nodeEnds[index]) = (peer, handler);
        connection.Start(handler);
        Write(peer.Output, setup);
    }
}
