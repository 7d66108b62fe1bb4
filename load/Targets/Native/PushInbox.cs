using System.Buffers;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Targets.Native;

/// <summary>The subscriptions of one connection and what the server has been told of the pushes taken in.</summary>
/// <remarks>
/// Made with the connection's first subscription. <see cref="Take"/>, <see cref="TryTakeUrgentAcknowledgement"/> and <see cref="BeginsToWait"/> belong to the
/// receive path; subscriptions are added and acknowledgements taken on any thread.
/// </remarks>
internal sealed class PushInbox
{
    /// <summary>Subscriptions of one connection.</summary>
    public const int Maximum = 65_536;

    private readonly Lock _sinkGate = new();
    private IPushSink?[] _sinks = new IPushSink?[1];
    private int _count;
    private ulong _taken;
    private ulong _told;
    private bool _acknowledgeNow;
    private int _waits;

    /// <summary>Adds a subscription, before its request is sent: a push may overtake the answer. 0 = there are too many.</summary>
    public ulong Add(IPushSink sink)
    {
        lock (_sinkGate)
        {
            if (_count == Maximum)
            {
                return 0;
            }

            if (_count == _sinks.Length)
            {
                IPushSink?[] larger = new IPushSink?[_count * 2];
                _sinks.CopyTo(larger, 0);
                Volatile.Write(ref _sinks, larger);
            }

            Volatile.Write(ref _sinks[_count++], sink);
            return (ulong)_count;
        }
    }

    /// <summary>Ends the newest subscription of a sink: what is pushed for it from now on goes nowhere.</summary>
    /// <returns>The subscription's id; 0 = there is none.</returns>
    public ulong Remove(IPushSink sink)
    {
        lock (_sinkGate)
        {
            int index = Array.LastIndexOf(_sinks, sink);
            if (index >= 0)
            {
                Volatile.Write(ref _sinks[index], null);
            }

            return (ulong)(index + 1);
        }
    }

    /// <summary>Takes in a push whose body begins with its prefix.</summary>
    public void Take(in FrameHeader header, in ReadOnlySequence<byte> body, long receivedAt)
    {
        Span<byte> prefix = stackalloc byte[PushPrefix.Size];
        FrameReader.Copy(body, prefix);
        ulong sequence = PushPrefix.Read(prefix).Sequence;
        IPushSink?[] sinks = Volatile.Read(ref _sinks);
        ulong index = header.CorrelationId - 1;
        if (header.Type is MessageType.SnapshotPush or MessageType.DeltaPush && index < (ulong)sinks.Length)
        {
            sinks[index]?.Arrived(body.Slice(PushPrefix.Size), receivedAt);
        }

        if (sequence > _taken)
        {
            Volatile.Write(ref _taken, sequence);
        }

        _acknowledgeNow |= (header.Flags & FrameFlags.AckNow) != 0;
    }

    /// <summary>What to tell the server with the next frame; false when it knows. The caller must send it.</summary>
    public bool TryTakeAcknowledgement(out ulong sequence)
    {
        sequence = Volatile.Read(ref _taken);
        ulong told = Volatile.Read(ref _told);
        while (sequence > told)
        {
            ulong seen = Interlocked.CompareExchange(ref _told, sequence, told);
            if (seen == told)
            {
                return true;
            }

            told = seen;
        }

        return false;
    }

    /// <summary>At the end of a batch: what to tell the server in a frame of its own, when it asked for that.</summary>
    public bool TryTakeUrgentAcknowledgement(out ulong sequence)
    {
        sequence = 0;
        bool urgent = _acknowledgeNow;
        _acknowledgeNow = false;
        return urgent && TryTakeAcknowledgement(out sequence);
    }

    /// <summary>At the end of a batch: true when there is something to tell and nobody has been asked yet to see to it.</summary>
    public bool BeginsToWait() => _taken > Volatile.Read(ref _told) && Interlocked.Exchange(ref _waits, 1) == 0;

    /// <summary>Whoever was asked to see to it sees to it now.</summary>
    public void EndWait() => Interlocked.Exchange(ref _waits, 0);
}
