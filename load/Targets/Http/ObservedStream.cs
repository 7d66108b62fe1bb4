using System.Net.Sockets;

namespace FastRegistry.Load.Targets.Http;

/// <summary>The stream of a connection, which tells when it is given up: an HTTP handler keeps that to itself.</summary>
/// <remarks>Owned by the handler that asked for it, and by its socket's other user, who may close the socket at any time.</remarks>
internal sealed class ObservedStream(Socket socket, Action closed) : NetworkStream(socket, ownsSocket: true)
{
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            closed();
        }
    }
}
