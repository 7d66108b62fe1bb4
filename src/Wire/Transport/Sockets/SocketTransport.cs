using System.Net.Sockets;
using FastRegistry.Wire.Outbound;
using Microsoft.Extensions.ObjectPool;

namespace FastRegistry.Wire.Transport.Sockets;

/// <summary>What listeners and connectors on <see cref="Socket"/> share: options, pools, and how a socket is prepared. Any thread.</summary>
public sealed class SocketTransport
{
    private readonly DefaultObjectPool<SocketOperation> _senders = new(new SenderPolicy(), maximumRetained: 1024);

    /// <summary>Creates the transport.</summary>
    /// <param name="resources">Pools shared by all its connections.</param>
    /// <param name="options">Settings; null = the defaults.</param>
    public SocketTransport(TransportResources resources, SocketTransportOptions? options = null)
    {
        Resources = resources;
        Options = options ?? new SocketTransportOptions();
    }

    /// <summary>The settings.</summary>
    public SocketTransportOptions Options { get; }

    /// <summary>The shared pools.</summary>
    public TransportResources Resources { get; }

    internal SocketConnection Wrap(Socket socket)
    {
        // Not blocking: a receive that finds nothing says so instead of holding the thread.
        socket.Blocking = false;
        SetOptions(socket);
        return new SocketConnection(socket, this);
    }

    internal SocketOperation RentSender(SocketConnection owner)
    {
        SocketOperation sender = _senders.Get();
        sender.Owner = owner;
        return sender;
    }

    internal void ReturnSender(SocketOperation sender) => _senders.Return(sender);

    /// <summary>Wraps a socket that a listener prepared by <see cref="SetOptions"/> accepted.</summary>
    internal SocketConnection WrapAccepted(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Wrap(socket);
        }

        // Linux hands the listener's options on: five system calls less for every connection.
        socket.Blocking = false;
        return new SocketConnection(socket, this);
    }

    /// <summary>Sets the options a connection has, on a connection or on the listener it will come from.</summary>
    internal void SetOptions(Socket socket) => SocketSettings.Apply(socket, Options);

    private sealed class SenderPolicy : PooledObjectPolicy<SocketOperation>
    {
        public override SocketOperation Create() => new(owner: null, sends: true);

        public override bool Return(SocketOperation obj)
        {
            obj.Clear();
            return true;
        }
    }
}
