using FastRegistry.Node.Configuration;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Node.Hosting;

/// <summary>Where System.Net.Sockets calls back: on its own event threads instead of the thread pool.</summary>
/// <remarks>
/// The runtime has no call for it. It reads an environment variable when the process does its first asynchronous socket operation, and a variable
/// that the process sets for itself before that counts. So only the program may choose, once, before anything listens; an embedder's process is its own.
/// HTTP is not affected: Kestrel goes on to the pool from wherever it is called. Not on Windows, which has no such threads.
/// </remarks>
internal static class SocketCompletions
{
    /// <summary>Documented by the runtime's own sources only; <c>1</c> = on.</summary>
    public const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>Takes client connections off the pool where they are on sockets, unless the environment says something already.</summary>
    public static void Choose(ClientTransportOptions options)
    {
        bool onSockets = options.Kind == ClientTransportKind.Socket || !EpollTransport.IsSupported;
        if (onSockets && Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }
}
