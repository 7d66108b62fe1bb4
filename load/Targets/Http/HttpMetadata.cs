using System.Buffers;
using System.Text;
using System.Text.Json;

namespace FastRegistry.Load.Targets.Http;

/// <summary>Metadata in the form that takes any text: a JSON object of strings. Stateless.</summary>
internal static class HttpMetadata
{
    public static string Encode(IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            foreach ((string key, string value) in metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
