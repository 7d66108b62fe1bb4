using System.Text.Json.Serialization;

namespace FastRegistry.Server.Management;

/// <summary>Source-generated serialisation of the bodies of the product's own operator calls.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CollectBody))]
[JsonSerializable(typeof(EventListBody))]
internal sealed partial class ManagementJson : JsonSerializerContext;
