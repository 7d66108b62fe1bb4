using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Writes numbers as Java does, always with a fraction: <c>1.0</c>, not <c>1</c>. Nacos' clients and tests compare the text.</summary>
internal sealed class JavaDoubleConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
        writer.WriteRawValue(TextOf(value), skipInputValidation: true);

    /// <summary>The number as Java prints it.</summary>
    public static string TextOf(double value) => value.ToString("0.0###############", CultureInfo.InvariantCulture);
}
