using FastRegistry.Node.Hosting;
using Microsoft.AspNetCore.Connections;

namespace FastRegistry.Load.Baseline.Sessions;

/// <summary>Gives every TCP connection its session and ends it with the connection. One per server; any thread.</summary>
internal sealed class ClientConnections(RegistryNode node)
{
    private int _count;
    private long _ids;

    /// <summary>Connections that are open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Middleware of the client listener, around Kestrel's HTTP/2.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        int count = Interlocked.Increment(ref _count);
        BaselineSession? session = null;
        try
        {
            if (count > node.Services.Sessions.MaximumSessions)
            {
                connection.Abort();
                return;
            }

            session = new BaselineSession(node, Interlocked.Increment(ref _ids));
            connection.Features.Set(session);
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            session?.End();
            Interlocked.Decrement(ref _count);
        }
    }
}
