using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FastRegistry.Server.Nacos.UdpPush;

/// <summary>Reads <c>{"type":"push-ack","lastRefTime":number,"data":""}</c>; the number may be a text.</summary>
internal static class PushAcknowledgement
{
    /// <summary>Longest datagram that is read.</summary>
    public const int MaximumBytes = 1024;

    /// <summary>False for everything that is none: whoever sends it gets no answer.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out long number)
    {
        number = 0;
        bool isAcknowledgement = false;
        try
        {
            Utf8JsonReader json = new(datagram);
            while (json.Read())
            {
                if (json.CurrentDepth != 1 || json.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                if (json.ValueTextEquals("type"u8))
                {
                    isAcknowledgement = json.Read() && json.TokenType == JsonTokenType.String && json.ValueTextEquals("push-ack"u8);
                }
                else if (json.ValueTextEquals("lastRefTime"u8) && json.Read() && json.TokenType is JsonTokenType.Number or JsonTokenType.String)
                {
                    long.TryParse(Encoding.UTF8.GetString(json.ValueSpan), NumberStyles.None, CultureInfo.InvariantCulture, out number);
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The second: an escape that is half a surrogate pair.
            return false;
        }

        return isAcknowledgement && number > 0;
    }
}
