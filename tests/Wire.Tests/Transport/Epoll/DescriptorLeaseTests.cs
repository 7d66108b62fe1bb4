using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

public sealed class DescriptorLeaseTests
{
    private readonly CountedCloses _system = new();
    private DescriptorLease _lease = new(1234);

    [Fact]
    public void The_last_user_closes_and_nobody_gets_a_share_afterwards()
    {
        Assert.True(_lease.TryTake());
        _lease.Return(_system);
        Assert.Equal(0, _system.Closes);
        Assert.True(_lease.TryTake());
        _lease.Return(_system);
        _lease.Return(_system);
        Assert.Equal(1, _system.Closes);
        Assert.False(_lease.TryTake());
    }

    [Fact]
    public void Racing_users_close_it_once_and_never_use_it_closed()
    {
        for (int run = 0; run < 200; run++)
        {
            CountedCloses system = new();
            Holder holder = new();
            bool usedClosed = false;
            Parallel.For(0, 4, i =>
            {
                for (int n = 0; n < 50; n++)
                {
                    if (holder.Lease.TryTake())
                    {
                        usedClosed |= system.Closes > 0;
                        holder.Lease.Return(system);
                    }

                    if (i == 0 && n == run % 50)
                    {
                        holder.Lease.Return(system);
                    }
                }
            });
            Assert.False(usedClosed);
            Assert.Equal(1, system.Closes);
        }
    }

    private sealed class Holder
    {
        public DescriptorLease Lease = new(1234);
    }

    private sealed class CountedCloses : ForwardingSystemCalls
    {
        private int _closes;

        public int Closes => Volatile.Read(ref _closes);

        public override int Close(int descriptor)
        {
            Interlocked.Increment(ref _closes);
            return 0;
        }
    }
}
