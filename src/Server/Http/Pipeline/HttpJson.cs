using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using FastRegistry.Server.Nacos.Instances;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Source-generated serialisation of every HTTP body.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InstanceStatusesBody))]
[JsonSerializable(typeof(UpdatedInstancesBody))]
internal sealed partial class HttpJson : JsonSerializerContext
{
    /// <summary>Answers are never put into a page: only what JSON demands is escaped.</summary>
    public static JavaScriptEncoder Encoder { get; } = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
}
