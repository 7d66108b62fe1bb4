using FastRegistry.Server.Hosting;
using FastRegistry.Server.Observability;

namespace FastRegistry.Server.Http;

/// <summary>Calls for operators and measuring tools; from this machine unless the configuration says otherwise.</summary>
internal static class OperatorEndpoints
{
    public static void Map(WebApplication application) => application.MapPost("/fastregistry/v1/operator/collect", Collect);

    /// <summary>Forces a full, compacting collection and says what is left: how bytes per connection are measured. It stops the node for a moment.</summary>
    private static IResult Collect(HttpContext context, RegistryNode node)
    {
        OperatorAccess.Check(context, node.Options.Operator);
        for (int round = 0; round < 2; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        CollectBody body = new(GC.GetTotalMemory(forceFullCollection: true), ProcessMemory.ReadAnonymousBytes(), node.Services.Sessions.Count);
        return Results.Json(body, HttpJson.Default.CollectBody);
    }
}
