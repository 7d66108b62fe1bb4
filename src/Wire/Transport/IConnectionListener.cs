using System.Net;

namespace FastRegistry.Wire.Transport;

/// <summary>A bound listener of any transport. Disposing it stops accepting; connections live on.</summary>
public interface IConnectionListener : IAsyncDisposable
{
    /// <summary>The address it really listens on; the port is filled in when 0 was asked for.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>Begins to accept.</summary>
    void Start();
}
