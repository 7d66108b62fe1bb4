using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Writes JSON bodies that no type describes well: keys that are names, numbers as Java prints them, nulls that must not be left out.</summary>
internal static class JsonText
{
    /// <summary>Escapes only what JSON demands, because responses are never embedded in HTML.</summary>
    public static JavaScriptEncoder Encoder { get; } = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Uses <see cref="Encoder"/>, and skips the writer's validation, because the output is valid by construction.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = Encoder, SkipValidation = true };

    /// <summary>One JSON value.</summary>
    public static byte[] Of(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> output = new();
        using Utf8JsonWriter json = new(output, Options);
        write(json);
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>One JSON object.</summary>
    public static byte[] ObjectOf(Action<Utf8JsonWriter> writeMembers) => Of(json =>
    {
        json.WriteStartObject();
        writeMembers(json);
        json.WriteEndObject();
    });

    /// <summary>One JSON array.</summary>
    public static byte[] ArrayOf<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> writeItem) => Of(json =>
    {
        json.WriteStartArray();
        foreach (T item in items)
        {
            writeItem(json, item);
        }

        json.WriteEndArray();
    });

    /// <summary>An array of texts.</summary>
    public static byte[] ArrayOf(IEnumerable<string> items) => ArrayOf(items, static (json, item) => json.WriteStringValue(item));

    /// <summary>A member that is a number as Java prints it.</summary>
    public static void WriteJavaNumber(this Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(JavaDoubleConverter.TextOf(value), skipInputValidation: true);
    }

    /// <summary>A member that is an object of texts.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> texts)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in texts)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    /// <summary>A member that is an array of texts.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}

/// <summary>Writes numbers as Java does, always with a fraction: <c>1.0</c>, not <c>1</c>. Nacos' clients and tests compare the text.</summary>
internal sealed class JavaDoubleConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
        writer.WriteRawValue(TextOf(value), skipInputValidation: true);

    /// <summary>The number as Java prints it.</summary>
    public static string TextOf(double value) => value.ToString("0.0###############", CultureInfo.InvariantCulture);
}
