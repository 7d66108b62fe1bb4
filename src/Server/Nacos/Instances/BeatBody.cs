using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary>What a full beat says. Fields it has beyond these are ignored; numbers may come as texts.</summary>
internal sealed record BeatBody
{
    /// <summary>Longest text that is read, in characters: many times what any client sends.</summary>
    public const int MaximumLength = 64 * 1024;

    /// <summary>Empty = not said.</summary>
    public string Ip { get; init; } = "";

    /// <summary>0 = not said.</summary>
    public int Port { get; init; }

    /// <summary>Empty = not said.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>For a registration. 0 when it is not said, as in Nacos.</summary>
    public double Weight { get; init; }

    public bool Ephemeral { get; init; } = true;

    /// <summary>For a registration.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <exception cref="HttpError">It is no beat.</exception>
    public static BeatBody Parse(string text)
    {
        if (text.Length > MaximumLength)
        {
            throw HttpError.IllegalParameter("beat", $"must not be longer than {MaximumLength} characters");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement)
                : throw HttpError.IllegalParameter("beat", "must be a JSON object");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The second: an escape that is half a surrogate pair is noticed only when the value is read.
            throw HttpError.IllegalParameter("beat", "must be a JSON object");
        }
    }

    private static BeatBody Read(JsonElement root)
    {
        BeatBody body = new();
        foreach (JsonProperty member in root.EnumerateObject())
        {
            body = member.Name switch
            {
                "ip" => body with { Ip = TextOf(member) },
                "port" => body with { Port = (int)Math.Clamp(NumberOf(member), int.MinValue, int.MaxValue) },
                "cluster" => body with { Cluster = TextOf(member) },
                "weight" => body with { Weight = NumberOf(member) },
                "ephemeral" => body with { Ephemeral = TextOf(member) is "" or "true" or "True" },
                "metadata" => body with { Metadata = MetadataOf(member.Value) },
                _ => body,
            };
        }

        return body;
    }

    private static string TextOf(JsonProperty member) =>
        (MetadataText.TextOf(member.Value) ?? throw HttpError.IllegalParameter("beat", $"must have a simple value under '{member.Name}'")).Trim();

    private static double NumberOf(JsonProperty member)
    {
        string text = TextOf(member);
        if (text.Length == 0)
        {
            return 0;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw HttpError.IllegalParameter("beat", $"must have a number under '{member.Name}'");
    }

    private static ImmutableArray<KeyValuePair<string, string>> MetadataOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Object => MetadataText.Parse(value.GetRawText()),
        _ => throw HttpError.IllegalParameter("beat", "must have an object under 'metadata'"),
    };
}

/// <summary>Finds out whose beat it is without making strings: the key of the instance, from the parameters or from the JSON of a full beat.</summary>
/// <remarks>What it cannot read in a moment it leaves to the slow way, which also knows what is wrong with it.</remarks>
internal static class BeatText
{
    /// <summary>Room for the key of any usual instance.</summary>
    public const int MaximumKeyBytes = ServiceKeyText.MaximumBytes + 512;

    private const int MaximumBodyBytes = 3072;

    /// <summary>Writes the key of the instance that beats.</summary>
    /// <returns>Its bytes; -1 when it cannot be told this way.</returns>
    public static int TryReadKey(in RequestParameters parameters, Span<byte> key)
    {
        int written = ServiceKeyText.TryRead(parameters, key);
        if (written < 0)
        {
            return -1;
        }

        key[written++] = 0;
        if (parameters.TryFindEncoded("beat", out ReadOnlySpan<char> beat) && !beat.IsEmpty)
        {
            return TryReadBody(beat, key, written);
        }

        Span<byte> port = stackalloc byte[32];
        int ipBytes = parameters.ReadUtf8("ip", key[written..]);
        int portBytes = parameters.ReadUtf8("port", port);
        return ipBytes > 0 && portBytes > 0 && Utf8Parser.TryParse(port[..portBytes], out int number, out int consumed) && consumed == portBytes
            ? InstanceKeyText.Finish(key, written + ipBytes, number)
            : -1;
    }

    [SkipLocalsInit]
    private static int TryReadBody(ReadOnlySpan<char> beat, Span<byte> key, int written)
    {
        if (beat.Length * UrlText.MaximumBytesPerCharacter > MaximumBodyBytes)
        {
            return -1;
        }

        Span<byte> body = stackalloc byte[MaximumBodyBytes];
        Utf8JsonReader json = new(body[..UrlText.Decode(beat, body)]);
        int port = -1;
        int ipBytes = -1;
        try
        {
            while (json.Read())
            {
                if (json.CurrentDepth != 1 || json.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                if (json.ValueTextEquals("ip"u8))
                {
                    json.Read();
                    ipBytes = CopyText(json, key[written..]);
                }
                else if (json.ValueTextEquals("port"u8))
                {
                    json.Read();
                    port = json.TokenType == JsonTokenType.Number && json.TryGetInt32(out int number) ? number : -1;
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The second: an escape that is half a surrogate pair.
            return -1;
        }

        return ipBytes > 0 && port > 0 ? InstanceKeyText.Finish(key, written + ipBytes, port) : -1;
    }

    private static int CopyText(in Utf8JsonReader json, Span<byte> destination)
    {
        if (json.TokenType != JsonTokenType.String || json.ValueIsEscaped || json.ValueSpan.Length > destination.Length)
        {
            return -1;
        }

        ReadOnlySpan<byte> text = json.ValueSpan.Trim((byte)' ');
        text.CopyTo(destination);
        return text.Length;
    }
}
