using System.Text.Json.Serialization;

namespace FastRegistry.Load.Generators;

/// <summary>Source-generated lines between the coordinator and its generators. No indentation: a message is a line.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(GeneratorRequest))]
[JsonSerializable(typeof(GeneratorReply))]
internal sealed partial class GeneratorJson : JsonSerializerContext;
