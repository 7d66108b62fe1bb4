using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Selection;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Nacos.UdpPush;

namespace FastRegistry.Server.Nacos.Lists;

/// <summary>The list of a snapshot as one kind of reader is answered it: everything that does not change from answer to answer, encoded. Shared; any thread.</summary>
/// <param name="clusters">As they were asked for, UTF-8.</param>
/// <param name="filter">What they and the health filter mean.</param>
/// <param name="head">See <see cref="Head"/>.</param>
/// <param name="hosts">See <see cref="Hosts"/>.</param>
/// <param name="tail">See <see cref="Tail"/>.</param>
/// <param name="dom">See <see cref="Dom"/>.</param>
internal sealed class ListForm(byte[] clusters, InstanceFilter filter, byte[] head, byte[] hosts, byte[] tail, byte[] dom)
{
    private PushDatagram? _datagram;

    public ReadOnlySpan<byte> Clusters => clusters;

    public InstanceFilter Filter => filter;

    /// <summary>The answer up to the number behind <c>cacheMillis</c>.</summary>
    public ReadOnlySpan<byte> Head => head;

    /// <summary>From there to the number behind <c>lastRefTime</c>.</summary>
    public ReadOnlyMemory<byte> Hosts => hosts;

    /// <summary>From there to the last member; the brace that ends it is not in it.</summary>
    public ReadOnlySpan<byte> Tail => tail;

    /// <summary>A last member of v1 answers: the name once more, under the one it had in Nacos 1. Clients of that time look for it.</summary>
    public ReadOnlySpan<byte> Dom => dom;

    /// <summary>The list as a datagram, made for the first subscriber. Two that are made at once are two numbers for the same list, which is no harm.</summary>
    public PushDatagram DatagramOf(ServiceKey service, long cacheMilliseconds, RevisionCounter stamps)
    {
        if (Volatile.Read(ref _datagram) is { } datagram)
        {
            return datagram;
        }

        datagram = PushDatagram.Encode(service, this, cacheMilliseconds, stamps.NextStamp());
        Volatile.Write(ref _datagram, datagram);
        return datagram;
    }
}
