using System.Net.Sockets;

namespace FastRegistry.Wire.Transport;

/// <summary>What a listener does after accepting has failed: tells its observer and says how long to wait.</summary>
/// <remarks>One per listener; used by whoever accepts, one at a time.</remarks>
/// <param name="observer">Is told about errors.</param>
/// <param name="options">Back-off times.</param>
internal sealed class AcceptRetry(IAcceptObserver observer, SocketTransportOptions options)
{
    private TimeSpan _backOff = options.AcceptBackOff;

    /// <summary>A connection was accepted: the next pressure begins with the shortest wait.</summary>
    public void Succeeded() => _backOff = options.AcceptBackOff;

    /// <summary>Returns the time until the next attempt, zero = at once, or null: the listener has ended.</summary>
    public TimeSpan? Failed(SocketError error)
    {
        AcceptErrorTier tier = AcceptErrors.Classify(error);
        if (tier == AcceptErrorTier.Fatal)
        {
            observer.ListenerFailed(error);
            return null;
        }

        if (tier != AcceptErrorTier.ResourcePressure)
        {
            observer.AcceptFailed(tier, error, TimeSpan.Zero);
            return TimeSpan.Zero;
        }

        TimeSpan wait = _backOff;
        observer.AcceptFailed(tier, error, wait);
        _backOff = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, options.MaximumAcceptBackOff.Ticks));
        return wait;
    }
}
