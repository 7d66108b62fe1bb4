using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using FastRegistry.Registry.Instances;

namespace FastRegistry.Server.Nacos.Clients;

/// <summary>What an ip:port publishes for a service, as bytes: <c>namespace 0 group 0 name 0 ip 0 port</c>. A beat finds its instance by them without a string.</summary>
internal sealed class InstanceKeyText : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    private const int MaximumPortBytes = 11;

    public static byte[] Of(ServiceKey service, string ip, int port)
    {
        int ipBytes = Encoding.UTF8.GetByteCount(ip);
        Span<byte> key = new byte[service.Utf8.Length + 1 + ipBytes + 1 + MaximumPortBytes];
        service.Utf8.CopyTo(key);
        key[service.Utf8.Length] = 0;
        Encoding.UTF8.GetBytes(ip, key[(service.Utf8.Length + 1)..]);
        return key[..Finish(key, service.Utf8.Length + 1 + ipBytes, port)].ToArray();
    }

    /// <summary>Writes zero and port behind service and ip.</summary>
    /// <returns>Bytes of the whole key; -1 when it does not fit.</returns>
    public static int Finish(Span<byte> key, int written, int port)
    {
        if (key.Length < written + 1 + MaximumPortBytes)
        {
            return -1;
        }

        key[written++] = 0;
        Utf8Formatter.TryFormat(port, key[written..], out int portBytes);
        return written + portBytes;
    }

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj) => ServiceKey.HashOf(obj);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => ServiceKey.HashOf(alternate);

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
