using System.Net;
using System.Net.Sockets;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Load.Targets.Native;

/// <summary>Opens TCP connections on the product's event loops. Thread-safe.</summary>
/// <remarks>A connection it returns must be started or aborted: nothing else closes its descriptor.</remarks>
/// <param name="transport">Options, pools and loops.</param>
/// <param name="calls">System calls; null = the kernel's.</param>
internal sealed class EpollConnector(EpollTransport transport, IConnectCalls? calls = null)
{
    private readonly IConnectCalls _calls = calls ?? LinuxConnectCalls.Instance;

    /// <summary>Connects; the connection is not started.</summary>
    /// <param name="endPoint">The address.</param>
    /// <param name="localAddress">Source address to use; null = the system's choice.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="SocketException">It did not work.</exception>
    public async ValueTask<Connection> ConnectAsync(IPEndPoint endPoint, IPAddress? localAddress = null, CancellationToken cancellationToken = default)
    {
        EpollLoop loop = transport.NextLoop();
        int descriptor = CreateDescriptor(loop, endPoint.AddressFamily, localAddress);
        int error = loop.HasEnded ? Errno.Canceled : Connect(descriptor, endPoint);
        if (error == Errno.ConnectUnderWay)
        {
            PendingConnect pending = new(loop, _calls, descriptor);
            error = await pending.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (error != 0)
        {
            loop.System.Close(descriptor);
            cancellationToken.ThrowIfCancellationRequested();
            throw new SocketException((int)Errno.ToSocketError(error));
        }

        return new EpollConnection(descriptor, loop, transport.Resources) { PausesAboveHighWaterMark = false };
    }

    /// <summary>Begins to connect. 0 = it is done: a peer on the same machine has answered by the time that the call returns.</summary>
    private int Connect(int descriptor, IPEndPoint endPoint)
    {
        SocketAddress address = endPoint.Serialize();
        ReadOnlySpan<byte> bytes = address.Buffer.Span[..address.Size];
        int error = -_calls.Connect(descriptor, bytes);
        if (error is Errno.InProgress or Errno.Interrupted)
        {
            // One more call tells; waiting for the event takes four, and two changes of thread.
            error = -_calls.Connect(descriptor, bytes);
        }

        return error switch
        {
            Errno.AlreadyConnected => 0,
            Errno.InProgress or Errno.Interrupted => Errno.ConnectUnderWay,
            _ => error,
        };
    }

    private int CreateDescriptor(EpollLoop loop, AddressFamily family, IPAddress? localAddress)
    {
        int descriptor = Check(_calls.CreateSocket(family));
        try
        {
            DescriptorSettings.Apply(_calls, descriptor, transport.Options.Sockets);
            if (localAddress is not null)
            {
                DescriptorSettings.ChoosePortWhenConnecting(_calls, descriptor, family);
                SocketAddress source = new IPEndPoint(localAddress, 0).Serialize();
                Check(_calls.Bind(descriptor, source.Buffer.Span[..source.Size]));
            }

            return descriptor;
        }
        catch
        {
            loop.System.Close(descriptor);
            throw;
        }
    }

    private static int Check(int result) => result >= 0 ? result : throw new SocketException((int)Errno.ToSocketError(-result));
}

/// <summary>One attempt to connect, until the kernel says how it went.</summary>
/// <remarks>Made by <see cref="EpollConnector"/>; finished on the loop's thread, by an event, a cancellation or the loop's end, whichever comes first.</remarks>
internal sealed class PendingConnect(EpollLoop loop, IConnectCalls calls, int descriptor) : ILoopSource, ILoopItem
{
    private const int Begin = 1;
    private const int Cancel = 2;

    private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _registration;
    private int _requests;
    private bool _started;

    ILoopItem? ILoopItem.NextInInbox { get; set; }

    /// <summary>Returns 0 or the error. The loop has forgotten the descriptor then.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        Request(Begin);
        await using (cancellationToken.UnsafeRegister(static state => ((PendingConnect)state!).Request(Cancel), this).ConfigureAwait(false))
        {
            return await _done.Task.ConfigureAwait(false);
        }
    }

    void ILoopItem.RunOnLoop()
    {
        int requests = Interlocked.Exchange(ref _requests, 0);
        if (_done.Task.IsCompleted)
        {
            return;
        }

        if (!_started)
        {
            _started = true;
            _registration = loop.Attach(this, descriptor, EpollEvents.Writable | EpollEvents.EdgeTriggered, out int error);
            if (_registration == 0)
            {
                _done.TrySetResult(error);
                return;
            }
        }

        if ((requests & Cancel) != 0)
        {
            Finish(Errno.Canceled);
        }
    }

    void ILoopSource.OnReady(EpollEvents events) => Finish(calls.TakeError(descriptor));

    void ILoopSource.OnLoopEnding() => Finish(Errno.Canceled);

    private void Request(int what)
    {
        if (Interlocked.Or(ref _requests, what) == 0)
        {
            loop.Post(this);
        }
    }

    private void Finish(int error)
    {
        loop.DetachOpen(_registration, descriptor);
        _done.TrySetResult(error);
    }
}
