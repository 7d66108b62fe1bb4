using FastRegistry.Node.Hosting;
using FastRegistry.Node.Observability;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Management;

/// <summary>Calls for operators and measuring tools; from this machine unless the configuration says otherwise.</summary>
internal sealed class OperatorEndpoints(RegistryNode node)
{
    private static readonly EndpointDescription Collect = new("POST", "/fastregistry/v1/operator/collect", "Forces a full garbage collection and tells what is left; it stops the node for moments.")
    {
        IsOutsideContextPath = true,
        IsForOperators = true,
        Success = SuccessDescription.Json("""{"managedHeapBytes":1000000,"residentAnonymousBytes":50000000,"connections":0}"""),
        Note = "Not in Nacos.",
    };

    public void Map(ApiRoutes api) => api.Map(Collect, CollectAsync);

    /// <summary>Forces a full, compacting collection and says what is left: how bytes per connection are measured. It stops the node for a moment.</summary>
    private Task CollectAsync(ApiCall call)
    {
        ForcedCollection left = ForcedCollection.Run();
        CollectBody body = new(left.ManagedBytes, left.ResidentAnonymousBytes, node.Services.Sessions.Count);
        return call.JsonAsync(body, ManagementJson.Default.CollectBody);
    }
}

/// <summary>Body of the operator's memory call.</summary>
/// <param name="ManagedHeapBytes">Live managed heap after a full, compacting collection.</param>
/// <param name="ResidentAnonymousBytes">Anonymous resident memory of the process.</param>
/// <param name="Connections">Client connections at that moment.</param>
internal sealed record CollectBody(long ManagedHeapBytes, long ResidentAnonymousBytes, int Connections);
