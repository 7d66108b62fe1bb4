using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using FastRegistry.Registry.Instances;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Lists;

/// <summary>One list as a datagram, shared by all that get it. Immutable.</summary>
/// <param name="Number">By which it is acknowledged: grows, and stays below 2^53, where clients that have only doubles still count exactly.</param>
/// <param name="Bytes">The datagram; empty when the list is larger than a datagram can be.</param>
internal sealed record PushDatagram(long Number, byte[] Bytes)
{
    /// <summary>From this length on a datagram is compressed.</summary>
    public const int CompressedFromBytes = 1024;

    /// <summary>What UDP over IPv4 can carry.</summary>
    public const int MaximumBytes = 65_507;

    public bool Fits => Bytes.Length > 0;

    /// <summary>Encodes <c>{"type":"dom","data":"a list as text","lastRefTime":number}</c>.</summary>
    /// <param name="service">The service.</param>
    /// <param name="form">Its list, as the subscriber sees it.</param>
    /// <param name="cacheMilliseconds">After how long the client should ask for itself.</param>
    /// <param name="number">Unix microseconds, never given out before.</param>
    public static PushDatagram Encode(ServiceKey service, ListForm form, long cacheMilliseconds, long number)
    {
        ArrayBufferWriter<byte> list = new(form.Hosts.Length + 512);
        using (Utf8JsonWriter json = new(list, JsonText.Options))
        {
            // Like an answer, but for the group's name.
            json.WriteStartObject();
            json.WriteString("name"u8, service.GroupedName);
            json.WriteString("clusters"u8, form.Clusters);
            json.WriteNumber("cacheMillis"u8, cacheMilliseconds);
            json.Flush();
        }

        list.Write(form.Hosts.Span);
        list.Write(Encoding.ASCII.GetBytes((number / 1000).ToString(CultureInfo.InvariantCulture)));
        list.Write(form.Tail);
        list.Write("}"u8);

        ArrayBufferWriter<byte> packet = new(list.WrittenCount + (list.WrittenCount / 4) + 128);
        using (Utf8JsonWriter json = new(packet, JsonText.Options))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "dom"u8);
            json.WriteString("data"u8, list.WrittenSpan);
            json.WriteNumber("lastRefTime"u8, number);
            json.WriteEndObject();
        }

        byte[] bytes = packet.WrittenCount >= CompressedFromBytes ? Compress(packet.WrittenSpan) : packet.WrittenSpan.ToArray();
        return new PushDatagram(number, bytes.Length <= MaximumBytes ? bytes : []);
    }

    private static byte[] Compress(ReadOnlySpan<byte> text)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(text);
        }

        return compressed.ToArray();
    }
}
