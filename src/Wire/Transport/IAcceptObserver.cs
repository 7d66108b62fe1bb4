using System.Net.Sockets;

namespace FastRegistry.Wire.Transport;

/// <summary>Is told what an accept loop meets, for logs and metrics. Called on the loop.</summary>
public interface IAcceptObserver
{
    /// <summary>Accepting failed and goes on: at once when transient, after <paramref name="backOff"/> under pressure.</summary>
    void AcceptFailed(AcceptErrorTier tier, SocketError error, TimeSpan backOff);

    /// <summary>The listener has ended because of an error; it will accept nothing more.</summary>
    void ListenerFailed(SocketError error);
}
