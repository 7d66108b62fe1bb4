using System.Net.Sockets;

namespace FastRegistry.Wire.Transport;

/// <summary>Decides what a listener does after accepting has failed: it reports the error and backs off.</summary>
/// <remarks>One per listener; used by whoever accepts, one at a time.</remarks>
/// <param name="observer">Is told about errors.</param>
/// <param name="options">Back-off times.</param>
internal sealed class AcceptRetry(IAcceptObserver observer, SocketTransportOptions options)
{
    private TimeSpan _backOff = options.AcceptBackOff;

    /// <summary>Begins anew with the shortest wait. Called after each connection that was accepted.</summary>
    public void Reset() => _backOff = options.AcceptBackOff;

    /// <summary>Reports a failure to the observer and returns the time until the next attempt, zero = at once, or null: the listener has ended.</summary>
    public TimeSpan? ScheduleRetry(SocketError error)
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

/// <summary>Receives the errors of an accept loop, for logs and metrics. Called on the loop.</summary>
public interface IAcceptObserver
{
    /// <summary>Accepting failed and goes on: at once when transient, after <paramref name="backOff"/> under pressure.</summary>
    void AcceptFailed(AcceptErrorTier tier, SocketError error, TimeSpan backOff);

    /// <summary>The listener has ended because of an error; it will accept nothing more.</summary>
    void ListenerFailed(SocketError error);
}
