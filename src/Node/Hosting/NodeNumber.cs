using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FastRegistry.Node.Hosting;

/// <summary>A node's id as the 64-bit number that epochs carry.</summary>
internal static class NodeNumber
{
    /// <summary>First 8 bytes of the SHA-256 of the id: the same in every process and version.</summary>
    public static ulong Of(string id) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
