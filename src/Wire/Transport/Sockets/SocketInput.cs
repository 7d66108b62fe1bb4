using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport.Sockets;

/// <summary>What a socket connection has received and its handler has not consumed. A struct inside the connection: idle, it holds nothing.</summary>
/// <remarks>Belongs to the connection's receive path. The pipe is rented when data arrives and given back when all of it is consumed.</remarks>
internal struct SocketInput
{
    // A peer that was sent a goaway may still send this much; more is not worth reading.
    private const int MaximumDiscardedBytes = 256 * 1024;

    private const int MinimumReceiveBytes = 1024;

    private Pipe? _pipe;
    private int _discardedBytes;

    /// <summary>Null while everything is consumed.</summary>
    public readonly Pipe? Pipe => _pipe;

    /// <summary>One receive that does not block. True when it has emptied the socket: asking again would only cost a system call.</summary>
    /// <param name="socket">In non-blocking mode.</param>
    /// <param name="resources">Where pipes come from.</param>
    /// <param name="discard">The connection is closing: what comes is dropped.</param>
    /// <param name="end">Why the connection is over; null while it is not.</param>
    public bool ReceiveOnce(Socket socket, TransportResources resources, bool discard, out CloseReason? end)
    {
        end = null;
        if (discard)
        {
            Return(resources);
        }

        bool fresh = _pipe is null;
        Pipe pipe = _pipe ??= resources.RentPipe();
        Memory<byte> memory = pipe.Writer.GetMemory(MinimumReceiveBytes);
        int received = socket.Receive(memory.Span, SocketFlags.None, out SocketError error);
        if (received > 0 && !discard)
        {
            pipe.Writer.Advance(received);
            ValueTask<FlushResult> flushed = pipe.Writer.FlushAsync();
            Debug.Assert(flushed.IsCompletedSuccessfully, "the pipe has no pause threshold");
            return received < memory.Length;
        }

        if (fresh)
        {
            Return(resources);
        }

        if (error is SocketError.WouldBlock or SocketError.Interrupted)
        {
            return error == SocketError.WouldBlock;
        }

        _discardedBytes += received;
        if (error != SocketError.Success || received == 0)
        {
            end = error == SocketError.Success ? CloseReason.PeerClosed : CloseReason.FromSocketError(error);
        }
        else if (_discardedBytes > MaximumDiscardedBytes)
        {
            end = CloseReason.Aborted;
        }

        return false;
    }

    /// <summary>Gives the pipe back, with what is still in it.</summary>
    public void Return(TransportResources resources)
    {
        if (_pipe is { } pipe)
        {
            _pipe = null;
            resources.Return(pipe);
        }
    }
}
