using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>Connections that are handed to another loop than the one that accepted them; loops that spin.</summary>
public sealed class TwoLoopEpollTransportTests()
    : EpollTransportTests(new EpollTransportOptions { Loops = 2, Spin = TimeSpan.FromMicroseconds(50) }, LinuxSystemCalls.Instance);
