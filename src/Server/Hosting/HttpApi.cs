using FastRegistry.Node.Hosting;
using FastRegistry.Node.Observability;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Health;
using FastRegistry.Server.Http.OpenApi;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Logging;
using FastRegistry.Server.Management;
using FastRegistry.Server.Nacos.Cluster;
using FastRegistry.Server.Nacos.Instances;
using FastRegistry.Server.Nacos.Namespaces;
using FastRegistry.Server.Nacos.Operator;
using FastRegistry.Server.Nacos.Services;
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
        MapServices(api, node);
        MapOperations(api, application.Services, node, clients, operators);

        // Last: it takes what nobody else does.
        UnknownEndpoints.Map(application, api);
        exact.Fill(((IEndpointRouteBuilder)application).DataSources);
        return api;
    }

    /// <summary>Services and what belongs to them.</summary>
    private static void MapServices(ApiRoutes api, RegistryNode node)
    {
        new ServiceEndpoints(node.Registry).Map(api);
        new ServiceListEndpoints(node.Registry).Map(api);
        new SubscriberEndpoints(node.Registry).Map(api);
        new ClusterEndpoints(node.Registry).Map(api);
        new HealthCheckEndpoints(node.Registry).Map(api);
        new CatalogEndpoints(node.Registry).Map(api);
    }

    /// <summary>Operations: views, the console's calls, health, and the description of everything.</summary>
    private static void MapOperations(ApiRoutes api, IServiceProvider services, RegistryNode node, IpPortClients clients, OperatorAccess operators)
    {
        TimeProvider timeProvider = services.GetRequiredService<TimeProvider>();
        MachineLoad load = services.GetRequiredService<MachineLoad>();
        new SwitchEndpoints(node.Switches).Map(api);
        new MetricsEndpoints(node.Registry, node.Status, node.Services.Clients, clients, load).Map(api);
        new PushStateEndpoints(node.Push, node.Services.PushCost, operators).Map(api);
        new LogEndpoints(services.GetRequiredService<LogLevels>(), services.GetRequiredService<ILoggerFactory>().CreateLogger("FastRegistry")).Map(api);
        ClientIndex index = new(node.Registry, node.Services.Sessions, clients, services.GetRequiredService<UdpSubscribers>());
        new ClientEndpoints(node.Registry, index, node.Wheel, timeProvider).Map(api);
        MemberJson member = new(node.Status, timeProvider);
        new MemberV1Endpoints(member).Map(api);
        new MemberV2Endpoints(member).Map(api);
        CoreOperationEndpoints.Map(api);
        new LoaderEndpoints(node, services.GetRequiredService<HttpOptions>(), timeProvider, load).Map(api);
        NamespaceStore namespaces = services.GetRequiredService<NamespaceStore>();
        new NamespaceV1Endpoints(namespaces).Map(api);
        new NamespaceV2Endpoints(namespaces).Map(api);
        new ConsoleHealthEndpoints(node).Map(api);
        ServerStateEndpoints.Map(api);
        LoginEndpoints.Map(api);
        AuthenticationEndpoints.Map(api);
        new PrometheusDiscoveryEndpoints(node.Registry).Map(api);
        ActuatorEndpoints.Map(api);
        new HealthEndpoints(node).Map(api);
        new OperatorEndpoints(node.Services.Sessions).Map(api);
        new EventEndpoints(node.EventRing, node.Options.Events.Kept).Map(api);
        OpenApiEndpoint.Map(api);
    }
}
