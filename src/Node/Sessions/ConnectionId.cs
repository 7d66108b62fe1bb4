using System.Globalization;

namespace FastRegistry.Node.Sessions;

/// <summary>How operators name a connection: the node's incarnation, the session's slot and its number, as <c>1700000000000_17_4711</c>.</summary>
/// <remarks>It says nothing about the client instance id, which is a secret. One of another life of the node finds nothing.</remarks>
/// <param name="Incarnation">Start time of the node.</param>
/// <param name="Slot">Place in the table of sessions.</param>
/// <param name="Session">Number of the session.</param>
internal readonly record struct ConnectionId(ulong Incarnation, int Slot, long Session)
{
    public static bool TryParse(string text, out ConnectionId id)
    {
        id = default;
        string[] parts = text.Split('_');
        if (parts.Length != 3
            || !ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong incarnation)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int slot)
            || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long session))
        {
            return false;
        }

        id = new ConnectionId(incarnation, slot, session);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Incarnation}_{Slot}_{Session}");
}
