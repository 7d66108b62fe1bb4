using System.Globalization;
using FastRegistry.Server.Nacos.Namespaces;
using Microsoft.Extensions.DependencyInjection;

namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>The servers that the audit's tests share: an ordinary one, and one on which every limit is reached.</summary>
public sealed class AuditFixture : IAsyncLifetime
{
    private AuditNode? _full;

    internal AuditNode Node { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Node = await AuditNode.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        if (_full is not null)
        {
            await _full.DisposeAsync();
        }
    }

    internal async Task<AuditNode> FullNodeAsync() => _full ??= await FillAsync();

    private static async Task<AuditNode> FillAsync()
    {
        AuditNode node = await AuditNode.StartAsync("--Limits:Services=1", "--Limits:InstancesPerService=1", "--Limits:Overrides=0");
        await node.SetUpAsync(["POST /v1/ns/instance?serviceName=full&ip=1.1.1.1&port=80"]);
        NamespaceStore store = node.Host.Services.GetRequiredService<NamespaceStore>();
        for (int i = 0; i < NamespaceStore.Maximum; i++)
        {
            Assert.True(store.TryAdd(new NamespaceDescription(i.ToString(CultureInfo.InvariantCulture), "n", null)));
        }

        return node;
    }
}
