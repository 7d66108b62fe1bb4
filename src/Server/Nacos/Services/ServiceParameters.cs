using System.Collections.Immutable;
using System.Text.Json;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Selection;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Instances;

namespace FastRegistry.Server.Nacos.Services;

/// <summary>Descriptions of the parameters and errors that several calls for services share.</summary>
internal static class ServiceParameters
{
    public static ParameterDescription Namespace => InstanceParameters.Namespace;

    public static ParameterDescription Threshold { get; } = ParameterDescription.Optional(
        "protectThreshold", ParameterType.Number, "0", "When the share of healthy instances is not above this, all are listed as healthy.");

    public static ParameterDescription Metadata => InstanceParameters.Metadata;

    public static ParameterDescription Selector { get; } = ParameterDescription.Optional(
        "selector", ParameterType.Json, null, "`{\"type\":\"none\"}`, or type `label` with `expression`: `CONSUMER.label.A=PROVIDER.label.A & …`.");

    public static ParameterDescription IgnoredSelector { get; } = ParameterDescription.Optional("selector", ParameterType.Json, null, "Taken and ignored.");

    public static ParameterDescription PageNumber { get; } = ParameterDescription.Required("pageNo", ParameterType.WholeNumber, "Which page, from 1.");

    public static ParameterDescription PageSize { get; } = ParameterDescription.Required("pageSize", ParameterType.WholeNumber, "How long a page is.");

    public static ErrorDescription Missing => InstanceParameters.Missing;

    public static ErrorDescription NotANumber { get; } = new(400, ResultCode.ParameterValidateError, "a number is none");

    public static ErrorDescription BadMetadata => InstanceParameters.BadMetadata;

    public static ErrorDescription BadSelector { get; } = new(400, ResultCode.SelectorError, "the selector has no known type, or its expression does not parse");

    public static ErrorDescription Unknown { get; } = new(400, ResultCode.ServiceNotExist, "there is no such service");

    public static ErrorDescription Full { get; } = new(400, ResultCode.ServerError, "`Limits:Services` is reached");

    public static IReadOnlyList<ErrorDescription> FormErrors { get; } = [Missing, NotANumber, BadMetadata, BadSelector];
}

/// <summary>Reads what a request sets for a service.</summary>
internal static class ServiceForm
{
    /// <exception cref="HttpError">Something is wrong.</exception>
    public static ServiceMetadata Read(in RequestParameters parameters) => new()
    {
        ProtectThreshold = ReadThreshold(parameters),
        ExtendData = ReadMetadata(parameters),
        Selector = SelectorText.Parse(parameters.Find("selector")),
    };

    /// <exception cref="HttpError">It is in neither form.</exception>
    public static ImmutableSortedDictionary<string, string> ReadMetadata(in RequestParameters parameters) =>
        ServiceMetadata.NoData.SetItems(MetadataText.Parse(parameters.Find("metadata")));

    private static double ReadThreshold(in RequestParameters parameters)
    {
        double threshold = parameters.FindNumber("protectThreshold") ?? 0;
        return double.IsFinite(threshold) ? threshold : throw HttpError.IllegalParameter("protectThreshold", "must be a finite number");
    }
}

/// <summary>Reads and writes the selector of a service in Nacos' JSON. Nacos decodes the parameter once more than others, and so does this.</summary>
internal static class SelectorText
{
    /// <summary>Types there are.</summary>
    public static IReadOnlyList<string> Types { get; } = ["label", "none"];

    /// <summary>Null = <c>none</c>.</summary>
    /// <exception cref="HttpError">It is no selector.</exception>
    public static LabelSelector? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        (string? type, string expression) = Read(UrlText.Decode(text));
        return type switch
        {
            "none" => null,
            "label" => LabelSelector.TryParse(expression, out LabelSelector? selector, out string? rule)
                ? selector
                : throw Fails($"parse expression failed! It {rule}"),
            _ => throw HttpError.Illegal("not match any type of selector!", ResultCode.SelectorError),
        };
    }

    /// <summary>Member <c>selector</c>.</summary>
    public static void Write(Utf8JsonWriter json, LabelSelector? selector)
    {
        json.WriteStartObject("selector");
        if (selector is null)
        {
            json.WriteString("type", "none");
            json.WriteString("contextType", "NONE");
        }
        else
        {
            json.WriteString("type", "label");
            json.WriteString("expression", selector.Expression);
            json.WriteStartArray("labels");
            foreach (string label in selector.Labels)
            {
                json.WriteStringValue(label);
            }

            json.WriteEndArray();
            json.WriteString("contextType", "CMDB");
        }

        json.WriteEndObject();
    }

    private static (string? Type, string Expression) Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object ? (Member(root, "type"), Member(root, "expression") ?? "") : throw Fails("it is no JSON object");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The second: an escape that is half a surrogate pair is noticed only when the value is read.
            throw Fails("it is no JSON object");
        }
    }

    private static string? Member(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static HttpError Fails(string reason) => HttpError.Illegal($"Selector parses failed: {reason}", ResultCode.SelectorError);
}
