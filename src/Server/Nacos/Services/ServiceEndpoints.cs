using FastRegistry.Node.Admission;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Instances;

namespace FastRegistry.Server.Nacos.Services;

/// <summary><c>/v1/ns/service</c> and <c>/v2/ns/service</c>: create, delete, update and show one service.</summary>
internal sealed class ServiceEndpoints(RegistryNode node)
{
    private const string V1Path = "/v1/ns/service";
    private const string V2Path = "/v2/ns/service";

    private const string NotKept = "Services are kept in memory: a restart begins without.";

    private static readonly EndpointDescription Create = new("POST", V1Path, "Creates a persistent service before anybody registers; it goes when it stays without instances.")
    {
        Checks = ParameterChecks.Naming,
        MissingText = MissingParameterText.Missing,
        Parameters =
        [
            InstanceParameters.Service,
            InstanceParameters.Group,
            ServiceParameters.Namespace,
            ServiceParameters.Threshold,
            ServiceParameters.Metadata,
            ServiceParameters.Selector,
        ],
        Errors = [.. ServiceParameters.FormErrors, new ErrorDescription(400, ResultCode.ServiceAlreadyExists, "the service is there already"), ServiceParameters.Full],
        Note = $"{NotKept} Only persistent instances can be registered in it afterwards. A threshold or selector that does not parse is 400, not 500.",
        Operation = NamingOperation.HttpServiceRegister,
    };

    private static readonly EndpointDescription Delete = new("DELETE", V1Path, "Deletes a service without instances, with what is set for it.")
    {
        Checks = ParameterChecks.Naming,
        MissingText = MissingParameterText.Missing,
        Parameters = [InstanceParameters.Service, InstanceParameters.Group, ServiceParameters.Namespace],
        Errors = [ServiceParameters.Missing, ServiceParameters.Unknown, new ErrorDescription(400, ResultCode.ServiceDeleteFailure, "it still has instances")],
        Operation = NamingOperation.HttpServiceDeregister,
    };

    private static readonly EndpointDescription Update = new("PUT", V1Path, "Replaces threshold, metadata and selector of a service.")
    {
        Checks = ParameterChecks.Naming,
        Parameters =
        [
            InstanceParameters.Service,
            ServiceParameters.Threshold with { IsRequired = true, Default = null },
            InstanceParameters.Group,
            ServiceParameters.Namespace,
            ServiceParameters.Metadata,
            ServiceParameters.Selector,
        ],
        Errors = [.. ServiceParameters.FormErrors, ServiceParameters.Unknown],
        Note = $"{NotKept} A threshold that is no number is 400, not 0.",
        Operation = NamingOperation.HttpServiceUpdate,
    };

    private static readonly EndpointDescription Show = new("GET", V1Path, "A service with what is set for it and its clusters that have instances.")
    {
        Checks = ParameterChecks.Naming,
        MissingText = MissingParameterText.Missing,
        Parameters = [InstanceParameters.Service, InstanceParameters.Group, ServiceParameters.Namespace],
        Success = SuccessDescription.Json(ServiceJson.ExampleV1),
        Errors = [ServiceParameters.Missing, ServiceParameters.Unknown],
        Note = "The password of a MySQL checker is null.",
        Operation = NamingOperation.HttpServiceQuery,
    };

    public void Map(ApiRoutes api)
    {
        api.Map(Create, CreateAsync);
        api.Map(Delete, DeleteAsync);
        api.Map(Update, UpdateAsync);
        api.Map(Show, ShowAsync);

        ParameterDescription ephemeral = ParameterDescription.Optional("ephemeral", ParameterType.Flag, "false", "What its instances live on; fixed until it goes.");
        api.Map(
            V2Of(Create, MissingParameterText.RequiredOfType) with
            {
                Summary = "Creates a service before anybody registers; it goes when it stays without instances.",
                Parameters = [.. Create.Parameters, ephemeral],
                Note = $"{NotKept} A threshold or selector that does not parse is 400, not 500.",
            },
            CreateAsync);
        api.Map(V2Of(Delete, MissingParameterText.RequiredRequestParameter), DeleteAsync);
        api.Map(
            V2Of(Update, MissingParameterText.RequiredOfType) with
            {
                Parameters = [.. Create.Parameters, ephemeral with { Default = null, Text = "Taken and ignored: the kind stays." }],
                Note = NotKept,
            },
            UpdateAsync);
        api.Map(V2Of(Show, MissingParameterText.RequiredRequestParameter) with { Success = SuccessDescription.Json(ServiceJson.ExampleV2) }, ShowAsync);
    }

    private static EndpointDescription V2Of(EndpointDescription v1, MissingParameterText missing) => v1 with
    {
        Path = V2Path,
        Style = ApiStyle.V2,
        MissingText = missing,
        Success = SuccessDescription.OkResult,
    };

    private Task CreateAsync(ApiCall call)
    {
        call.Check();
        ServiceKey key = ServiceNames.Read(call.Parameters);
        ServiceMetadata metadata = ServiceForm.Read(call.Parameters);
        ServiceKind kind = call.IsV2 && call.Parameters.FindFlag("ephemeral") == true ? ServiceKind.Ephemeral : ServiceKind.Persistent;
        return node.Registry.CreateService(key, kind, metadata) switch
        {
            AdministrationOutcome.Done => call.OkAsync(),
            AdministrationOutcome.Exists => throw HttpError.Illegal($"specified service {key.GroupedName} already exists!", ResultCode.ServiceAlreadyExists),
            _ => throw HttpError.Of(node.Registry.ServiceLimitReached),
        };
    }

    private Task DeleteAsync(ApiCall call)
    {
        call.Check();
        ServiceKey key = ServiceNames.Read(call.Parameters);
        return node.Registry.DeleteService(key) switch
        {
            AdministrationOutcome.Done => call.OkAsync(),
            AdministrationOutcome.NotEmpty => throw HttpError.Illegal(
                $"Service {key.GroupedName} is not empty, can't be delete. Please unregister instance first", ResultCode.ServiceDeleteFailure),
            _ => throw HttpError.Illegal($"service {key.GroupedName} not found!", ResultCode.ServiceNotExist),
        };
    }

    private Task UpdateAsync(ApiCall call)
    {
        call.Check();
        ServiceKey key = ServiceNames.Read(call.Parameters);
        if (!call.IsV2)
        {
            call.Parameters.Require("protectThreshold");
        }
        else
        {
            // Judged although it changes nothing.
            call.Parameters.FindFlag("ephemeral");
        }

        ServiceMetadata metadata = ServiceForm.Read(call.Parameters);
        return node.Registry.UpdateMetadata(key, before => metadata with { Clusters = before.Clusters }) == AdministrationOutcome.Done
            ? call.OkAsync()
            : throw HttpError.Illegal($"service {key.GroupedName} not found!", ResultCode.ServiceNotExist);
    }

    private Task ShowAsync(ApiCall call)
    {
        call.Check();
        ServiceKey key = ServiceNames.Read(call.Parameters);
        ServiceView service = ServiceView.Find(node.Registry, key) ?? throw HttpError.Illegal(
            $"service not found, namespace: {key.Namespace}, serviceName: {key.GroupedName}", ResultCode.ServiceNotExist);
        return call.IsV2 ? call.ResultAsync(ServiceJson.EncodeV2(service)) : call.JsonAsync(ServiceJson.EncodeV1(service));
    }
}
