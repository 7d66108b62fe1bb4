using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Wire.Transport.Sockets;

/// <summary>A TCP connection on <see cref="System.Net.Sockets"/> and Pipelines; runs on every system .NET runs on.</summary>
/// <remarks>
/// Idle, it holds a zero-byte receive and nothing else: the pipe and its blocks are rented when data arrives and given back when all of it is
/// consumed. The receive path runs on the thread-pool thread that completed the receive.
/// </remarks>
#pragma warning disable CA1001 // The readiness operation is disposed when the receive path ends, which every connection does exactly once.
public sealed partial class SocketConnection : Connection, IThreadPoolWorkItem
#pragma warning restore CA1001
{
    private readonly Socket _socket;
    private readonly SocketTransport _transport;
    private readonly SocketOperation _readable;

    private SocketInput _input;

    internal SocketConnection(Socket socket, SocketTransport transport)
        : base(transport.Resources)
    {
        _socket = socket;
        _transport = transport;
        _readable = new SocketOperation(this, sends: false);
    }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint
    {
        get
        {
            try
            {
                return _socket.RemoteEndPoint;
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public override bool HasUnreadInput
    {
        get
        {
            try
            {
                return _socket.Available > 0;
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    /// <summary>Owned; closed by the end of the connection.</summary>
    internal Socket Socket => _socket;

    /// <summary>A peer that never stops sending gives its thread back after this many receives.</summary>
    private protected override int ReceivesPerTurn => 16;

    /// <summary>The thread pool's way into the receive path.</summary>
    void IThreadPoolWorkItem.Execute() => ReceiveUntilDrained();

    /// <summary>The zero-byte receive has completed: there is something to receive, or an error.</summary>
    internal void OnReadable()
    {
        ResumeFromWait();
        AbortIfWaitFailed();
        ReceiveUntilDrained();
    }

    /// <inheritdoc/>
    private protected override void StartReceiving() => ContinueReceiving();

    /// <inheritdoc/>
    private protected override void ContinueReceiving() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <inheritdoc/>
    private protected override void CloseTransport() => _socket.Dispose();

    /// <inheritdoc/>
    private protected override bool DeliverUnconsumedInput()
    {
        while (_input.Pipe is { } pipe)
        {
            if (!CanDeliver)
            {
                return false;
            }

            if (!pipe.Reader.TryRead(out ReadResult read))
            {
                return true;
            }

            ReceiveResult received = Deliver(read.Buffer);
            bool consumedAll = received.Consumed.Equals(read.Buffer.End);
            pipe.Reader.AdvanceTo(received.Consumed, received.Examined);
            if (consumedAll)
            {
                _input.Return(Resources);
            }
        }

        return true;
    }

    /// <inheritdoc/>
    private protected override bool ReceiveOnce()
    {
        try
        {
            bool drained = _input.ReceiveOnce(_socket, Resources, discard: CloseReason is not null, out CloseReason? end);
            if (end is not null)
            {
                Abort(end);
            }

            return drained;
        }
        catch (ObjectDisposedException)
        {
            Abort(CloseReason.Aborted);
            return false;
        }
    }

    /// <inheritdoc/>
    private protected override bool TryWaitForInput()
    {
        BeginWait();
        try
        {
            if (_socket.ReceiveAsync(_readable))
            {
                return true;
            }
        }
        catch (ObjectDisposedException)
        {
            ResumeFromWait();
            Abort(CloseReason.Aborted);
            return false;
        }

        ResumeFromWait();
        AbortIfWaitFailed();
        return false;
    }

    /// <inheritdoc/>
    private protected override void EndReceiving()
    {
        _input.Return(Resources);
        _readable.Dispose();
        NotifyClosed();
    }

    private void AbortIfWaitFailed()
    {
        if (_readable.SocketError != SocketError.Success)
        {
            Abort(CloseReason.FromSocketError(_readable.SocketError));
        }
    }
}
