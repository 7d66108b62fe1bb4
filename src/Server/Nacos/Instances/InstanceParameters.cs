using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary>Descriptions of the parameters and errors that several naming endpoints share.</summary>
internal static class InstanceParameters
{
    public static ParameterDescription Service { get; } =
        ParameterDescription.Required("serviceName", ParameterType.Text, "Name of the service; may carry its group: `group@@name`.");

    public static ParameterDescription GroupedService { get; } =
        ParameterDescription.Required("serviceName", ParameterType.Text, "Group and name of the service: `group@@name`.");

    public static ParameterDescription Group { get; } =
        ParameterDescription.Optional("groupName", ParameterType.Text, "DEFAULT_GROUP", "Group of the service; ignored when the name carries one.");

    public static ParameterDescription Namespace { get; } =
        ParameterDescription.Optional("namespaceId", ParameterType.Text, "public", "Namespace; it need not have been created.");

    public static ParameterDescription Ip { get; } = ParameterDescription.Required("ip", ParameterType.Text, "Address of the instance: an IP or a host name.");

    public static ParameterDescription Port { get; } = ParameterDescription.Required("port", ParameterType.WholeNumber, "Port of the instance, 0 to 65535.");

    public static ParameterDescription Cluster { get; } = ParameterDescription.Optional("clusterName", ParameterType.Text, "DEFAULT", "Cluster of the instance.");

    public static ParameterDescription ClusterOrAlias { get; } = Cluster with { Aliases = ["cluster"] };

    public static ParameterDescription Weight { get; } =
        ParameterDescription.Optional("weight", ParameterType.Number, "1", "Share of the calls, 0 to 10000; 0 = listed but not chosen.");

    public static ParameterDescription Enabled { get; } =
        ParameterDescription.Optional("enabled", ParameterType.Flag, "true", "False: registered but never listed.");

    public static ParameterDescription EnabledOrAlias { get; } = Enabled with { Aliases = ["enable"] };

    public static ParameterDescription Healthy { get; } = ParameterDescription.Optional("healthy", ParameterType.Flag, "true", "Health to begin with.");

    public static ParameterDescription Ephemeral { get; } =
        ParameterDescription.Optional("ephemeral", ParameterType.Flag, "true", "False asks for a persistent instance: 501. The default is the switch `defaultInstanceEphemeral`.");

    public static ParameterDescription Metadata { get; } =
        ParameterDescription.Optional("metadata", ParameterType.Text, null, "A JSON object of texts, or `k1=v1,k2=v2`; at most 1,024 characters in all.");

    /// <summary>Of register, deregister and update in v1.</summary>
    public static IReadOnlyList<ParameterDescription> FormV1 { get; } =
        [Service, Group, Ip, Port, Namespace, ClusterOrAlias, Weight, EnabledOrAlias, Healthy, Ephemeral, Metadata];

    /// <summary>The same in v2.</summary>
    public static IReadOnlyList<ParameterDescription> FormV2 { get; } =
        [Service, Group, Ip, Port, Namespace, Cluster, Weight, Enabled, Healthy, Ephemeral, Metadata];

    public static ErrorDescription Missing { get; } = new(400, ResultCode.ParameterMissing, "a required parameter is missing");

    public static ErrorDescription BadWeight { get; } = new(400, ResultCode.WeightError, "the weight is out of range");

    public static ErrorDescription BadMetadata { get; } = new(400, ResultCode.InstanceMetadataError, "the metadata is in neither form");

    public static ErrorDescription BadInstance { get; } = new(400, ResultCode.InstanceError, "the cluster's name or the times of the beats break a rule");

    public static ErrorDescription NotFound { get; } = new(404, ResultCode.ResourceNotFound, "there is no such instance");

    public static ErrorDescription Persistent { get; } = new(501, ResultCode.ServerError, "`ephemeral=false`: persistent instances are not in this version");

    public static ErrorDescription NotANumber { get; } = new(400, ResultCode.ParameterValidateError, "a number is none");

    public static ErrorDescription OtherKind { get; } = new(400, ResultCode.ServerError, "the service is a persistent one");

    public static ErrorDescription Full { get; } =
        new(400, ResultCode.ServerError, "`Limits:Services`, `Limits:InstancesPerService` or `Limits:PublicationsPerClient` is reached");

    public static ErrorDescription OverridesFull { get; } = new(400, ResultCode.ServerError, "`Limits:Overrides` is reached");

    public static IReadOnlyList<ErrorDescription> FormErrors { get; } = [Missing, NotANumber, BadWeight, BadMetadata, BadInstance, Persistent];
}
