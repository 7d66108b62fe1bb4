using System.Text.Json;

namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>The names of a JSON text's members, level by level in their order, without those that are data.</summary>
internal static class JsonFields
{
    // What is below these has names of its own; the generator is left out where there is metadata.
    private static readonly string[] NotLookedInto = ["metadata", "labels", "META-INF/services", "clusterMap", "limitedUrlMap", "selector"];
    private const string Sometimes = "instanceIdGenerator";

    public static string Of(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return Of(document.RootElement);
    }

    private static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Where(static member => member.Name != Sometimes).Select(Of))}}}",
        JsonValueKind.Array => $"[{(value.GetArrayLength() > 0 ? Of(value[0]) : "")}]",
        _ => "",
    };

    private static string Of(JsonProperty member) => NotLookedInto.Contains(member.Name) ? member.Name : $"{member.Name}{Of(member.Value)}";
}
