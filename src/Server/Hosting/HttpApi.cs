using FastRegistry.Node.Hosting;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Instances;
using FastRegistry.Server.Nacos.Namespaces;
using FastRegistry.Server.Nacos.UdpPush;

namespace FastRegistry.Server.Hosting;

/// <summary>Puts the HTTP side together: what every request goes through, and all endpoints.</summary>
internal static class HttpApi
{
    /// <summary>What endpoints need beside the node.</summary>
    public static void AddServices(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(options.Http);
        services.AddSingleton(options.Operator);
        CrossOrigins.AddServices(services, options.Http);
        services.AddSingleton<NamespaceStore>();
        services.AddSingleton<IpPortClients>(static provider =>
        {
            RegistryNode node = provider.GetRequiredService<RegistryNode>();
            return new IpPortClients(node.Registry, node.Wheel, node.Switches);
        });
        services.AddSingleton<UdpSubscribers>(static provider =>
        {
            RegistryNode node = provider.GetRequiredService<RegistryNode>();
            return new UdpSubscribers(node.Registry, node.Wheel, node.Switches);
        });
        services.AddHostedService<UdpPushService>(provider => new UdpPushService(
            provider.GetRequiredService<UdpSubscribers>(),
            options.Http.EndPoint.Address,
            provider.GetRequiredService<ILogger<UdpPushService>>()));
    }

    /// <summary>Maps everything; the described endpoints are in the result.</summary>
    public static ApiRoutes Map(WebApplication application)
    {
        RegistryNode node = application.Services.GetRequiredService<RegistryNode>();
        IpPortClients clients = application.Services.GetRequiredService<IpPortClients>();
        TimeProvider timeProvider = application.Services.GetRequiredService<TimeProvider>();
        application.UseMiddleware<HttpFaults>();
        ExactRoutes exact = new();
        application.Use(exact.Before);
        application.UseRouting();
        HttpOptions options = application.Services.GetRequiredService<HttpOptions>();
        CrossOrigins.Use(application, options);
        application.UseMiddleware<HttpAdmission>(node.Switches, node.Admission);
        OperatorAccess operators = new(application.Services.GetRequiredService<OperatorOptions>(), options);
        ApiRoutes api = new(application, options, operators);
        new InstanceEndpoints(node.Switches, clients).Map(api);
        InstanceOverrides overrides = new(node.Registry, node.Options.Limits, clients);
        new InstanceDetailEndpoints(node.Registry).Map(api);
        new InstanceStatusEndpoints(node.Registry).Map(api);
        new InstanceUpdateEndpoints(node.Registry, node.Switches, overrides).Map(api);
        new MetadataBatchEndpoints(node.Registry, overrides).Map(api);
        new InstanceListEndpoints(node.Registry, node.Switches, application.Services.GetRequiredService<UdpSubscribers>(), timeProvider).Map(api);
        new BeatEndpoints(node.Admission, node.Switches, clients).Map(api);
        ManagementApi.Map(api, application.Services, operators);

        // Last: it takes what nobody else does.
        UnknownEndpoints.Map(application, api);
        exact.Fill(((IEndpointRouteBuilder)application).DataSources);
        return api;
    }
}
