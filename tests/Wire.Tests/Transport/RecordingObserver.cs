using System.Net.Sockets;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Transport;

internal sealed class RecordingObserver : IAcceptObserver
{
    private readonly Lock _failuresLock = new();
    private readonly List<(AcceptErrorTier Tier, SocketError Error, double Milliseconds)> _failures = [];

    public (AcceptErrorTier Tier, SocketError Error, double Milliseconds)[] Failures
    {
        get
        {
            lock (_failuresLock)
            {
                return [.. _failures];
            }
        }
    }

    public SocketError? Ended { get; private set; }

    public void AcceptFailed(AcceptErrorTier tier, SocketError error, TimeSpan backOff)
    {
        lock (_failuresLock)
        {
            _failures.Add((tier, error, backOff.TotalMilliseconds));
        }
    }

    public void ListenerFailed(SocketError error) => Ended = error;
}
