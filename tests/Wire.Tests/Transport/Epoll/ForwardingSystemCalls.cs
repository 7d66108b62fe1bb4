using System.Net.Sockets;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>The real kernel, for tests that change a call or two of it.</summary>
internal class ForwardingSystemCalls : ISystemCalls, IConnectCalls
{
    protected static ISystemCalls Kernel => LinuxSystemCalls.Instance;

    protected static IConnectCalls ConnectKernel => LinuxConnectCalls.Instance;

    public virtual int CreateEpoll() => Kernel.CreateEpoll();

    public virtual int CreateEvent() => Kernel.CreateEvent();

    public virtual int Add(int epoll, int descriptor, EpollEvents events, ulong data) => Kernel.Add(epoll, descriptor, events, data);

    public virtual int Remove(int epoll, int descriptor) => Kernel.Remove(epoll, descriptor);

    public virtual int Wait(int epoll, EventBuffer events, int timeoutMilliseconds) => Kernel.Wait(epoll, events, timeoutMilliseconds);

    public virtual int Signal(int eventDescriptor) => Kernel.Signal(eventDescriptor);

    public virtual int Accept(int listener) => Kernel.Accept(listener);

    public virtual int Receive(int descriptor, Span<byte> buffer) => Kernel.Receive(descriptor, buffer);

    public virtual int Peek(int descriptor) => Kernel.Peek(descriptor);

    public virtual int Send(int descriptor, ReadOnlySpan<byte> bytes) => Kernel.Send(descriptor, bytes);

    public virtual int ShutdownSending(int descriptor) => Kernel.ShutdownSending(descriptor);

    public virtual int Close(int descriptor) => Kernel.Close(descriptor);

    public virtual int ResetOnClose(int descriptor) => Kernel.ResetOnClose(descriptor);

    public virtual int CreateSocket(AddressFamily family) => ConnectKernel.CreateSocket(family);

    public virtual int SetOption(int descriptor, int level, int option, int value) => ConnectKernel.SetOption(descriptor, level, option, value);

    public virtual int Bind(int descriptor, ReadOnlySpan<byte> address) => ConnectKernel.Bind(descriptor, address);

    public virtual int Connect(int descriptor, ReadOnlySpan<byte> address) => ConnectKernel.Connect(descriptor, address);

    public virtual int TakeError(int descriptor) => ConnectKernel.TakeError(descriptor);

    public virtual int GetPeerAddress(int descriptor, Span<byte> address) => Kernel.GetPeerAddress(descriptor, address);
}
