using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>Asks the kernel for the address of the peer. That is rare, so the address is not kept per connection.</summary>
internal static class PeerAddress
{
    // struct sockaddr_in: family, port, address. struct sockaddr_in6: family, port, flow, address, scope.
    private const ushort FamilyV4 = 2;
    private const ushort FamilyV6 = 10;
    private const int PortOffset = 2;
    private const int AddressOffsetV4 = 4;
    private const int AddressOffsetV6 = 8;
    private const int AddressBytesV4 = 4;
    private const int AddressBytesV6 = 16;
    private const int ScopeOffset = AddressOffsetV6 + AddressBytesV6;
    private const int MaximumBytes = ScopeOffset + sizeof(uint);

    /// <summary>Null when the connection has no other end any more.</summary>
    public static IPEndPoint? Read(ISystemCalls system, int descriptor)
    {
        Span<byte> address = stackalloc byte[MaximumBytes];
        int length = system.GetPeerAddress(descriptor, address);
        return length > 0 && length <= MaximumBytes ? Parse(address[..length]) : null;
    }

    private static IPEndPoint? Parse(ReadOnlySpan<byte> address)
    {
        ushort family = MemoryMarshal.Read<ushort>(address);
        if (family == FamilyV4 && address.Length >= AddressOffsetV4 + AddressBytesV4)
        {
            return new IPEndPoint(new IPAddress(address.Slice(AddressOffsetV4, AddressBytesV4)), Port(address));
        }

        if (family == FamilyV6 && address.Length == MaximumBytes)
        {
            uint scope = MemoryMarshal.Read<uint>(address[ScopeOffset..]);
            return new IPEndPoint(new IPAddress(address.Slice(AddressOffsetV6, AddressBytesV6), scope), Port(address));
        }

        return null;
    }

    private static int Port(ReadOnlySpan<byte> address) => BinaryPrimitives.ReadUInt16BigEndian(address[PortOffset..]);
}
