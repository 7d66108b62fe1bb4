using FastRegistry.Server.Http.Errors;
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
