using System.Text;
using FastRegistry.Registry.Instances;

namespace FastRegistry.Server.Http.Parameters;

/// <summary>Finds the key of the service a request names without making strings of it, in the form the table of services is searched by.</summary>
/// <remarks>For the calls that come often. Nothing is checked: a name that breaks a rule is no service's name, so it is not found, and the slow way finds out why.</remarks>
internal static class ServiceKeyText
{
    /// <summary>Room for any usual key; longer ones go the slow way.</summary>
    public const int MaximumBytes = 1536;

    private static readonly byte[] DefaultNamespace = Encoding.UTF8.GetBytes(ServiceKey.DefaultNamespace);
    private static readonly byte[] DefaultGroup = Encoding.UTF8.GetBytes(ServiceKey.DefaultGroup);

    /// <summary>Writes <c>namespace 0 group 0 name</c>.</summary>
    /// <returns>Bytes written; -1 when there is no name, or no room.</returns>
    public static int TryRead(in RequestParameters parameters, Span<byte> destination)
    {
        int written = parameters.ReadUtf8("namespaceId", destination);
        if (written < 0)
        {
            return -1;
        }

        if (written == 0)
        {
            written = Put(DefaultNamespace, destination);
        }

        destination[written++] = 0;
        int name = parameters.ReadUtf8("serviceName", destination[written..]);
        if (name <= 0)
        {
            return -1;
        }

        int at = destination.Slice(written, name).IndexOf("@@"u8);
        if (at >= 0)
        {
            // Two signs become one zero.
            destination[written + at] = 0;
            destination.Slice(written + at + 2, name - at - 2).CopyTo(destination[(written + at + 1)..]);
            return written + name - 1;
        }

        return InsertGroup(parameters, destination, written, name);
    }

    private static int InsertGroup(in RequestParameters parameters, Span<byte> destination, int start, int nameBytes)
    {
        // Behind the name first, as its length is not known before it is decoded; three reversals then make the two change places.
        Span<byte> behind = destination[(start + nameBytes)..];
        int group = parameters.ReadUtf8("groupName", behind);
        if (group == 0 && behind.Length > DefaultGroup.Length)
        {
            group = Put(DefaultGroup, behind);
        }

        if (group <= 0 || behind.Length < group + 1)
        {
            return -1;
        }

        behind[group] = 0;
        group++;
        Span<byte> both = destination.Slice(start, nameBytes + group);
        both[..nameBytes].Reverse();
        both[nameBytes..].Reverse();
        both.Reverse();
        return start + both.Length;
    }

    private static int Put(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        text.CopyTo(destination);
        return text.Length;
    }
}
