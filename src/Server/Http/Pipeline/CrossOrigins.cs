using FastRegistry.Server.Configuration;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Lets pages of other origins call and read the answers, where the configuration names them (CORS). Off unless it does.</summary>
internal static class CrossOrigins
{
    /// <summary>As long as Nacos lets browsers remember the answer to a preflight.</summary>
    private static readonly TimeSpan PreflightAge = TimeSpan.FromSeconds(18_000);

    public static void AddServices(IServiceCollection services, HttpOptions options)
    {
        if (HttpOptions.SplitOrigins(options.AllowedOrigins) is { Count: > 0 } origins)
        {
            services.AddCors(cors => cors.AddDefaultPolicy(policy => Allow(policy, origins)));
        }
    }

    /// <summary>In front of everything that refuses: a browser shows its page only errors that carry the headers.</summary>
    public static void Use(WebApplication application, HttpOptions options)
    {
        if (HttpOptions.SplitOrigins(options.AllowedOrigins).Count > 0)
        {
            application.UseCors();
        }
    }

    private static void Allow(CorsPolicyBuilder policy, IReadOnlyList<string> origins)
    {
        // The origin is sent back, never the sign: with it browsers would refuse calls with credentials, which Nacos takes.
        _ = origins[0] == HttpOptions.AnyOrigin ? policy.SetIsOriginAllowed(static _ => true) : policy.WithOrigins([.. origins]);
        policy.AllowAnyHeader().AllowAnyMethod().AllowCredentials().WithExposedHeaders("Retry-After", "Allow").SetPreflightMaxAge(PreflightAge);
    }
}
