namespace FastRegistry.Client.Connecting;

/// <summary>The cumulative ack of one connection: the highest push taken in, and the highest the server has been told.</summary>
/// <remarks>Noted on the receive path, taken by whoever sends a frame next; lock-free.</remarks>
internal sealed class PushAcknowledgement
{
    private ulong _taken;
    private ulong _told;

    /// <summary>The highest sequence taken in; 0 = none.</summary>
    public ulong Taken => Volatile.Read(ref _taken);

    /// <summary>Receive path only.</summary>
    public void Note(ulong sequence)
    {
        if (sequence > _taken)
        {
            Volatile.Write(ref _taken, sequence);
        }
    }

    /// <summary>What to tell the server; false when it knows. The caller must send it.</summary>
    public bool TryTake(out ulong sequence)
    {
        sequence = Taken;
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
}
