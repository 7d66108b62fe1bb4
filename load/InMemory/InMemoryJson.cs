using System.Text.Json.Serialization;

namespace FastRegistry.Load.InMemory;

/// <summary>Source-generated JSON between the load tool and the program with the sessions, and for the report.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(InMemorySettings))]
[JsonSerializable(typeof(InMemoryFigures))]
[JsonSerializable(typeof(InMemoryReport))]
internal sealed partial class InMemoryJson : JsonSerializerContext;
