using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>The whole suite on a kernel that misbehaves as kernels may. The seed is in the output; <c>FASTREGISTRY_TEST_SEED</c> sets it.</summary>
public sealed class FaultyEpollTransportTests : EpollTransportTests
{
    public FaultyEpollTransportTests(ITestOutputHelper output)
        : base(
            new EpollTransportOptions { Sockets = new SocketTransportOptions { AcceptBackOff = TimeSpan.FromMilliseconds(1) } },
            new FaultySystemCalls(TestSeed.Choose(output)))
    {
    }

    protected override bool IsFaulty => true;
}
