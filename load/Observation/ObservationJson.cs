using System.Text.Json.Serialization;

namespace FastRegistry.Load.Observation;

/// <summary>Source-generated reading of the server's bodies.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ServerMemory))]
internal sealed partial class ObservationJson : JsonSerializerContext;
