using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using FastRegistry.Server.Nacos.UdpPush;

namespace FastRegistry.Server.Tests.Nacos.UdpPush;

/// <summary>Keeps datagrams instead of sending them.</summary>
internal sealed class DatagramCatcher : IDatagramSender
{
    public List<(IPEndPoint Target, byte[] Bytes)> Sent { get; } = [];

    public static JsonElement Read(byte[] datagram)
    {
        if (datagram is [0x1f, 0x8b, ..])
        {
            using GZipStream gzip = new(new MemoryStream(datagram), CompressionMode.Decompress);
            using MemoryStream text = new();
            gzip.CopyTo(text);
            datagram = text.ToArray();
        }

        return JsonDocument.Parse(datagram).RootElement;
    }

    public static JsonElement ListOf(byte[] datagram) => JsonDocument.Parse(Read(datagram).GetProperty("data").GetString()!).RootElement;

    public static byte[] AcknowledgementOf(byte[] datagram) =>
        Encoding.UTF8.GetBytes($$"""{"type":"push-ack","lastRefTime":{{Read(datagram).GetProperty("lastRefTime").GetInt64()}},"data":""}""");

    public void Send(ReadOnlySpan<byte> datagram, IPEndPoint target) => Sent.Add((target, datagram.ToArray()));
}
