namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>A descriptor that several threads use and the last of them closes, so that no call ever reaches a number that means something else by now.</summary>
/// <remarks>
/// A mutable struct in a field of its owner. The owner has a share from the beginning and returns it once; others take one for the time of a call, on any
/// thread, and get none when it is closed.
/// </remarks>
internal struct DescriptorLease(int descriptor)
{
    private int _shares = 1;

    /// <summary>Valid while the caller has a share.</summary>
    public readonly int Descriptor { get; } = descriptor;

    /// <summary>False when it is closed. Otherwise followed by <see cref="Return"/>.</summary>
    public bool TryTake()
    {
        int shares = Volatile.Read(ref _shares);
        while (shares > 0)
        {
            int seen = Interlocked.CompareExchange(ref _shares, shares + 1, shares);
            if (seen == shares)
            {
                return true;
            }

            shares = seen;
        }

        return false;
    }

    public void Return(ISystemCalls system)
    {
        if (Interlocked.Decrement(ref _shares) == 0)
        {
            // Linux has closed it whatever this returns.
            system.Close(Descriptor);
        }
    }
}
