using FastRegistry.Load.Observation;

namespace FastRegistry.Load.Tests.Observation;

public sealed class KernelMemoryReaderTests
{
    [Fact]
    public void Pages_of_sockets_and_kilobytes_of_slab_are_bytes()
    {
        const string Sockets = "sockets: used 20\nTCP: inuse 5 orphan 0 tw 1 alloc 7 mem 3\nUDP: inuse 1 mem 9\n";
        const string Memory = "MemTotal:       24651892 kB\nSlab:             153404 kB\n";

        Assert.Equal(new KernelMemory(3 * 4096, 153_404 * 1024), KernelMemoryReader.Parse(Sockets, Memory, 4096));
    }

    [Fact]
    public void A_system_that_does_not_tell_gives_nothing()
    {
        Assert.Null(KernelMemoryReader.Parse("TCP: inuse 5\n", "Slab: 1 kB\n", 4096));
        Assert.Null(KernelMemoryReader.Parse("TCP: inuse 5 mem 1\n", "MemTotal: 1 kB\n", 4096));
    }
}
