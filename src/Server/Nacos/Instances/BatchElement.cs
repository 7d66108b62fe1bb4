using System.Globalization;
using System.Text.Json;
using FastRegistry.Registry.Instances;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary>One element of the parameter <c>instances</c>.</summary>
/// <param name="Identity">Which instance.</param>
/// <param name="Ephemeral">False: a persistent one, of which this version has none.</param>
internal sealed record BatchElement(InstanceIdentity Identity, bool Ephemeral)
{
    /// <summary>Elements that are taken in one call.</summary>
    public const int MaximumElements = 10_000;

    /// <exception cref="HttpError">It is no array of instances.</exception>
    public static List<BatchElement> ParseAll(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() > MaximumElements)
            {
                throw Broken;
            }

            return [.. document.RootElement.EnumerateArray().Select(Read)];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw Broken;
        }
    }

    private static HttpError Broken => HttpError.IllegalParameter("instances", $"must be a JSON array of at most {MaximumElements} instances");

    private static BatchElement Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Broken;
        }

        string ip = TextOf(element, "ip");
        string port = TextOf(element, "port");
        string cluster = TextOf(element, "clusterName");
        CheckRules.CheckIp(ip);
        CheckRules.CheckPort(port);
        CheckRules.CheckCluster(cluster);
        int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        InstanceIdentity identity = new(cluster.Length > 0 ? cluster : Instance.DefaultCluster, ip, number);
        return new BatchElement(identity, TextOf(element, "ephemeral") is "" or "true");
    }

    private static string TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? MetadataText.TextOf(value)?.Trim() ?? throw Broken : "";
}
