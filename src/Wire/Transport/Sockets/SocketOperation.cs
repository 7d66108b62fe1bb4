using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport.Sockets;

/// <summary>A <see cref="SocketAsyncEventArgs"/> that calls one method of its connection instead of raising an event.</summary>
/// <remarks>
/// Two uses: one per connection waits for readability with a zero-byte receive; senders are pooled and belong to a connection only while it sends.
/// No execution context flows, no user token, no event. Completions run on the thread pool, or on the
/// runtime's event threads where the process has chosen that.
/// </remarks>
internal sealed class SocketOperation : SocketAsyncEventArgs
{
    private const int MaximumParts = 8;

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

    /// <summary>Makes the front of a chain what is sent next: one buffer, or up to eight parts, which go out without an allocation inside Socket.</summary>
    /// <param name="head">First segment of the chain.</param>
    /// <param name="maximumBytes">Bytes at most.</param>
    public void SetContent(OutboundSegment head, int maximumBytes)
    {
        if (head.Next is null || head.Memory.Length >= maximumBytes || !MemoryMarshal.TryGetArray(head.Memory, out _))
        {
            UseSingleBuffer(MemoryMarshal.AsMemory(head.Memory[..Math.Min(head.Memory.Length, maximumBytes)]));
            return;
        }

        _bufferList.Clear();
        for (OutboundSegment? segment = head; segment is not null && _bufferList.Count < MaximumParts && maximumBytes > 0; segment = segment.Next)
        {
            ReadOnlyMemory<byte> part = segment.Memory[..Math.Min(segment.Memory.Length, maximumBytes)];
            if (part.IsEmpty)
            {
                continue;
            }

            if (!MemoryMarshal.TryGetArray(part, out ArraySegment<byte> array))
            {
                // Not an array: it goes out alone, as the next head. Passing over it would send what follows in its place.
                break;
            }

            _bufferList.Add(array);
            maximumBytes -= part.Length;
        }

        UseBufferList();
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

    private void UseBufferList()
    {
        if (!MemoryBuffer.IsEmpty)
        {
            SetBuffer(default);
        }

        BufferList = _bufferList;
    }

    private void UseSingleBuffer(Memory<byte> buffer)
    {
        if (BufferList is not null)
        {
            BufferList = null;
        }

        SetBuffer(buffer);
    }
}
