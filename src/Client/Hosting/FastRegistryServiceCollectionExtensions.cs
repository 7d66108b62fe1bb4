using FastRegistry.Client;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the FastRegistry client to a service collection.</summary>
public static class FastRegistryServiceCollectionExtensions
{
    /// <summary>Adds one <see cref="INamingClient"/> for the whole container, which disposes it. It begins to connect when it is first resolved.</summary>
    /// <remarks>Uses the container's <see cref="ILoggerFactory"/> and <see cref="TimeProvider"/> when there are such. Disposing the container
    /// asynchronously, as hosts do, waits for the goodbye; disposing it synchronously only sends it.</remarks>
    /// <param name="services">The collection.</param>
    /// <param name="configure">Makes the settings from the defaults: <c>options => options with { Servers = ["registry:7848"] }</c>.</param>
    public static IServiceCollection AddFastRegistry(
        this IServiceCollection services, Func<NamingClientOptions, NamingClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddSingleton<INamingClient>(provider => new NamingClient(
            configure(new NamingClientOptions()), provider.GetService<ILoggerFactory>(), provider.GetService<TimeProvider>()));
    }
}
