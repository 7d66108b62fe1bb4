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

/// <summary>Maps everything that is not about single instances: services, views, operations, the console's calls, and the description of all of it.</summary>
internal static class ManagementApi
{
    public static void Map(ApiRoutes api, IServiceProvider services, OperatorAccess operators)
    {
        RegistryNode node = services.GetRequiredService<RegistryNode>();
        IpPortClients clients = services.GetRequiredService<IpPortClients>();
        TimeProvider timeProvider = services.GetRequiredService<TimeProvider>();
        MachineLoad load = services.GetRequiredService<MachineLoad>();
        new ServiceEndpoints(node.Registry).Map(api);
        new ServiceListEndpoints(node.Registry).Map(api);
        new SubscriberEndpoints(node.Registry).Map(api);
        new ClusterEndpoints(node.Registry).Map(api);
        new HealthCheckEndpoints(node.Registry).Map(api);
        new CatalogEndpoints(node.Registry).Map(api);
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
        new OperatorEndpoints(node).Map(api);
        new EventEndpoints(node).Map(api);
        OpenApiEndpoint.Map(api);
    }
}
