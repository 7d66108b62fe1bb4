using FastRegistry.Node.Admission;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Instances;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Clients;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary><c>/v1/ns/instance</c> and <c>/v2/ns/instance</c>: register and deregister.</summary>
internal sealed class InstanceEndpoints(RegistryNode node, IpPortClients clients)
{
    public const string V1Path = "/v1/ns/instance";
    public const string V2Path = "/v2/ns/instance";

    private static readonly EndpointDescription Register = new("POST", V1Path, "Registers an instance, or replaces what the same ip:port registered for the service.")
    {
        Checks = ParameterChecks.Naming,
        Parameters = InstanceParameters.FormV1,
        Errors = [.. InstanceParameters.FormErrors, InstanceParameters.OtherKind, InstanceParameters.Full],
        State = EndpointState.Partial,
        Note = "Persistent instances are answered 501.",
        Operation = NamingOperation.HttpRegister,
    };

    private static readonly EndpointDescription Deregister = new("DELETE", V1Path, "Deregisters what ip:port registered for the service; ok also when that is nothing.")
    {
        Checks = ParameterChecks.Naming,
        Parameters = InstanceParameters.FormV1,
        Errors = [.. InstanceParameters.FormErrors.Where(static error => error != InstanceParameters.BadInstance)],
        State = EndpointState.Partial,
        Note = "Persistent instances are answered 501.",
        Operation = NamingOperation.HttpDeregister,
    };

    public void Map(ApiRoutes api)
    {
        api.Map(Register, RegisterAsync);
        api.Map(V2Of(Register), RegisterAsync);
        api.Map(Deregister, DeregisterAsync);
        api.Map(V2Of(Deregister), DeregisterAsync);
    }

    private static EndpointDescription V2Of(EndpointDescription v1) => v1 with
    {
        Path = V2Path,
        Style = ApiStyle.V2,
        MissingText = MissingParameterText.RequiredOfType,
        Parameters = InstanceParameters.FormV2,
        Success = SuccessDescription.OkResult,
    };

    private Task RegisterAsync(ApiCall call)
    {
        InstanceRequest request = InstanceRequest.Read(call, node.Switches.Current, isChecked: true);
        return clients.Register(request.Service, request.Instance) is { } error ? throw HttpError.Of(error) : call.OkAsync();
    }

    private Task DeregisterAsync(ApiCall call)
    {
        InstanceRequest request = InstanceRequest.Read(call, node.Switches.Current, isChecked: false);
        clients.Deregister(request.Service, request.Instance.Identity.Ip, request.Instance.Identity.Port);
        return call.OkAsync();
    }
}
