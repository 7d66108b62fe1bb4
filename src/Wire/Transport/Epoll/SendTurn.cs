namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>Where the one active sender of a connection stands: sending, or parked until the kernel has room again.</summary>
/// <remarks>
/// A mutable struct in a field of its connection. The chain sees to it that there is one sender; this hands its work to the loop when the kernel is full.
/// Room that appears between the failed send and the parking is remembered, because an edge is reported once.
/// </remarks>
internal struct SendTurn
{
    private const int Sending = 0;
    private const int RoomSeen = 1;
    private const int Parked = 2;

    private int _state;

    /// <summary>A sender begins, or goes on: room seen before this moment says nothing about the sends to come.</summary>
    public void Begin() => Volatile.Write(ref _state, Sending);

    /// <summary>The kernel is full. False: there was room meanwhile, try again. True: the work is the loop's, or whoever takes it by <see cref="TryResume"/>.</summary>
    public bool TryPark()
    {
        if (Interlocked.CompareExchange(ref _state, Parked, Sending) == Sending)
        {
            return true;
        }

        Begin();
        return false;
    }

    /// <summary>Takes the work of a parked sender over. Any thread; one gets it.</summary>
    public bool TryResume() => Interlocked.CompareExchange(ref _state, Sending, Parked) == Parked;

    /// <summary>The kernel reports room. True: the caller takes the parked sender's work over.</summary>
    public bool NoteRoom()
    {
        int seen = Interlocked.CompareExchange(ref _state, RoomSeen, Sending);
        return seen == Parked && TryResume();
    }
}
