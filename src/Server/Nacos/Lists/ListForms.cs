using System.Buffers;
using System.Text;
using System.Text.Json;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Lists;

/// <summary>The encoded lists of one snapshot, made by the first reader of each kind.</summary>
/// <remarks>Kept with the snapshot and gone with it. Any thread; copy on write: a lost race costs an encoding, never a wrong list. Bounded: what is asked for
/// beyond <see cref="MaximumForms"/> kinds is encoded per call.</remarks>
internal sealed class ListForms
{
    private const int MaximumForms = 8;

    private ListForm[] _forms = [];

    /// <summary>The forms kept with a snapshot.</summary>
    public static ListForms Of(ServiceSnapshot snapshot) => snapshot.OtherForms<ListForms>();

    /// <summary>The form for everything in the given clusters, found without a string; null when it is not there.</summary>
    public ListForm? Find(ReadOnlySpan<byte> clusters, bool healthyOnly)
    {
        foreach (ListForm form in Volatile.Read(ref _forms))
        {
            if (form.Filter.HealthyOnly == healthyOnly && form.Clusters.SequenceEqual(clusters))
            {
                return form;
            }
        }

        return null;
    }

    /// <summary>The form of a filter, made when it is not there.</summary>
    public ListForm GetOrAdd(ServiceSnapshot snapshot, string clusters, InstanceFilter filter)
    {
        byte[] clustersUtf8 = Encoding.UTF8.GetBytes(clusters);
        ListForm[] forms = Volatile.Read(ref _forms);
        foreach (ListForm form in forms)
        {
            if (form.Filter.Equals(filter) && form.Clusters.SequenceEqual(clustersUtf8))
            {
                return form;
            }
        }

        ListForm made = Encode(snapshot.Key, snapshot.Instances, clusters, clustersUtf8, filter, snapshot.Select(filter));
        if (forms.Length < MaximumForms)
        {
            Volatile.Write(ref _forms, [.. forms, made]);
        }

        return made;
    }

    /// <summary>What a reader of a service that is not there gets.</summary>
    public static ListForm Empty(ServiceKey service, string clusters) => Encode(service, [], clusters, Encoding.UTF8.GetBytes(clusters), InstanceFilter.All, InstanceSelection.All);

    private static ListForm Encode(
        ServiceKey service, ReadOnlySpan<Instance> instances, string clusters, byte[] clustersUtf8, InstanceFilter filter, InstanceSelection selection)
    {
        List<Instance> seen = new(instances.Length);
        foreach (Instance instance in instances)
        {
            if (selection.Shows(instance))
            {
                seen.Add(selection.Seen(instance));
            }
        }

        ArrayBufferWriter<byte> head = new(128);
        using (Utf8JsonWriter json = new(head, JsonText.Options))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, service.GroupedName);
            json.WriteString("groupName"u8, service.Group);
            json.WriteString("clusters"u8, clusters);
            json.WritePropertyName("cacheMillis"u8);
            json.Flush();
        }

        byte[] hosts = InstanceJson.EncodeArray(seen, service);
        string flag = selection.ProtectionReached ? "true" : "false";
        return new ListForm(
            clustersUtf8,
            filter,
            head.WrittenSpan.ToArray(),
            [.. ",\"hosts\":"u8, .. hosts, .. ",\"lastRefTime\":"u8],
            Encoding.UTF8.GetBytes($",\"checksum\":\"\",\"allIPs\":false,\"reachProtectionThreshold\":{flag},\"valid\":true"),
            Encoding.UTF8.GetBytes($",\"dom\":\"{JsonEncodedText.Encode(service.GroupedName, JsonText.Encoder)}\""));
    }
}

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

    /// <summary>Gets the list as a datagram, which is encoded for the first subscriber. Two threads may encode it at once: two numbers for one list do no harm.</summary>
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
