using FastRegistry.Node.Hosting;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Server.Tests.Hosting;

/// <summary>Limits of a whole server on real sockets from several loopback addresses, and a rules file that changes under it.</summary>
public sealed class SocketAddressLimitTests : IDisposable
{
    private readonly string _rules = Path.Combine(Path.GetTempPath(), $"fastregistry-rules-{Guid.NewGuid():N}.json");

    public void Dispose() => File.Delete(_rules);

    [Fact]
    public async Task Addresses_are_counted_by_their_sockets_and_the_file_is_read_again()
    {
        await File.WriteAllTextAsync(_rules, """{"perAddressRules":{"127.0.0.2":1}}""", TestContext.Current.CancellationToken);
        await using HttpNode node = await HttpNode.StartAsync($"--Limits:RulesFile={_rules}", "--Limits:RedirectAddresses=127.0.0.9:7848");
        RegistryNode registry = node.Host.Node;
        using RawSocket first = await RawSocket.SetUpAsync(registry.ClientEndPoint!, "127.0.0.2");
        using RawSocket refused = await RawSocket.ConnectAsync(registry.ClientEndPoint!, "127.0.0.2");
        Wire.Messages.GoAway goAway = (await refused.ReadAsync()).GoAway;
        Assert.Equal("perAddressRules \"127.0.0.2\" is 1 (Limits:RulesFile)", goAway.Text);
        Assert.Equal(["127.0.0.9:7848"], goAway.Addresses);
        using RawSocket elsewhere = await RawSocket.SetUpAsync(registry.ClientEndPoint!, "127.0.0.3");

        // What was refused is told only once it is put right; a connection that ends makes room at once.
        first.Dispose();
        await Eventually.TrueAsync(() => registry.Services.Sessions.Count == 1, "the first one is gone");
        using RawSocket second = await RawSocket.SetUpAsync(registry.ClientEndPoint!, "127.0.0.2");
        Assert.Equal(2, registry.Services.Limits.Addresses);

        await File.WriteAllTextAsync(_rules, """{"connections":0}""", TestContext.Current.CancellationToken);
        Assert.Equal((uint)GoAwayReason.LimitExceeded, (await second.ReadAsync()).GoAway.Reason);
        Assert.Equal((uint)GoAwayReason.LimitExceeded, (await elsewhere.ReadAsync()).GoAway.Reason);
        await Eventually.TrueAsync(() => registry.Services.Sessions.Count == 0, "both are closed");
        Assert.Equal(0, registry.Services.Limits.Addresses);
    }
}
