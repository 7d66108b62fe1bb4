using System.Net.Sockets;

namespace FastRegistry.Wire.Transport;

/// <summary>A <see cref="SocketAsyncEventArgs"/> that calls one method of its connection instead of raising an event.</summary>
/// <remarks>
/// Two uses: one per connection waits for readability with a zero-byte receive; senders are pooled and belong to a connection only while it sends.
/// No execution context flows, no user token, no event. Completions run on the thread pool.
/// </remarks>
internal sealed class SocketOperation : SocketAsyncEventArgs
{
    private readonly List<ArraySegment<byte>> _bufferList = [];

    public SocketOperation(SocketConnection? owner, bool sends)
        : base(unsafeSuppressExecutionContextFlow: true)
    {
        Owner = owner;
        Sends = sends;
    }

    /// <summary>The connection that is using it; null while a sender is in the pool.</summary>
    public SocketConnection? Owner { get; set; }

    private bool Sends { get; }

    /// <summary>The list to fill before <see cref="UseBufferList"/>.</summary>
    public List<ArraySegment<byte>> Segments => _bufferList;

    public void UseBufferList()
    {
        if (!MemoryBuffer.IsEmpty)
        {
            SetBuffer(default);
        }

        BufferList = _bufferList;
    }

    public void UseSingleBuffer(Memory<byte> buffer)
    {
        if (BufferList is not null)
        {
            BufferList = null;
        }

        SetBuffer(buffer);
    }

    /// <summary>Forgets what was sent, so that a pooled sender keeps no body alive.</summary>
    public void Clear()
    {
        _bufferList.Clear();
        if (BufferList is not null)
        {
            BufferList = null;
        }

        SetBuffer(default);
        Owner = null;
    }

    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        if (Sends)
        {
            Owner!.OnSendCompleted();
        }
        else
        {
            Owner!.OnReadable();
        }
    }
}
