using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastRegistry.Server.Http;

/// <summary>Source-generated serialisation of every HTTP body.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ServiceListBody))]
[JsonSerializable(typeof(CollectBody))]
[JsonSerializable(typeof(EventListBody))]
[JsonSerializable(typeof(ClusterLoadBody))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class HttpJson : JsonSerializerContext;
