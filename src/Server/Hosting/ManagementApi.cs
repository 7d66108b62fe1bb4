using FastRegistry.Node.Hosting;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Hosting;
using FastRegistry.Server.Http.Authentication;
using FastRegistry.Server.Http.Catalog;
using FastRegistry.Server.Http.ClientInformation;
using FastRegistry.Server.Http.Clients;
using FastRegistry.Server.Http.Clusters;
using FastRegistry.Server.Http.Console;
using FastRegistry.Server.Http.Core;
using FastRegistry.Server.Http.Discovery;
using FastRegistry.Server.Http.Endpoints;
using FastRegistry.Server.Http.Namespaces;
using FastRegistry.Server.Http.OpenApi;
using FastRegistry.Server.Http.Operations;
using FastRegistry.Server.Http.Services;
using FastRegistry.Server.Http.UdpPush;

namespace FastRegistry.Server.Http;

/// <summary>Maps everything that is not about single instances: services, views, operations, the console's calls, and the description of all of it.</summary>
internal static class ManagementApi
{
    public static void Map(ApiRoutes api, IServiceProvider services, OperatorAccess operators)
    {
        RegistryNode node = services.GetRequiredService<RegistryNode>();
        IpPortClients clients = services.GetRequiredService<IpPortClients>();
        TimeProvider timeProvider = services.GetRequiredService<TimeProvider>();
        MachineLoad load = services.GetRequiredService<MachineLoad>();
        new ServiceEndpoints(node).Map(api);
        new ServiceListEndpoints(node).Map(api);
        new SubscriberEndpoints(node).Map(api);
        new ClusterEndpoints(node).Map(api);
        new HealthCheckEndpoints(node).Map(api);
        new CatalogEndpoints(node).Map(api);
        new SwitchEndpoints(node).Map(api);
        new MetricsEndpoints(node, clients, load).Map(api);
        new PushStateEndpoints(node, operators).Map(api);
        new LogEndpoints(services.GetRequiredService<LogLevels>(), services.GetRequiredService<ILoggerFactory>().CreateLogger("FastRegistry")).Map(api);
        new ClientEndpoints(node, new ClientIndex(node, clients, services.GetRequiredService<UdpSubscribers>()), timeProvider).Map(api);
        MemberJson member = new(node, timeProvider);
        new ClusterV1Endpoints(member).Map(api);
        new ClusterV2Endpoints(member).Map(api);
        CoreOperationEndpoints.Map(api);
        new LoaderEndpoints(node, services.GetRequiredService<HttpOptions>(), timeProvider, load).Map(api);
        NamespaceStore namespaces = services.GetRequiredService<NamespaceStore>();
        new NamespaceV1Endpoints(namespaces).Map(api);
        new NamespaceV2Endpoints(namespaces).Map(api);
        new ConsoleHealthEndpoints(node).Map(api);
        ServerStateEndpoints.Map(api);
        LoginEndpoints.Map(api);
        AuthenticationEndpoints.Map(api);
        new PrometheusDiscoveryEndpoints(node).Map(api);
        ActuatorEndpoints.Map(api);
        new HealthEndpoints(node).Map(api);
        new OperatorEndpoints(node).Map(api);
        new EventEndpoints(node).Map(api);
        OpenApiEndpoint.Map(api);
    }
}
