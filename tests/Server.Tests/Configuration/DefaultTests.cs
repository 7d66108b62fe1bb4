using FastRegistry.Server.Configuration;
using Microsoft.Extensions.Configuration;

namespace FastRegistry.Server.Tests.Configuration;

/// <summary>Every constant that users rely on is an option, and its default is the documented one (internals §0, design §4).</summary>
public sealed class DefaultTests
{
    private static readonly ServerOptions Defaults = new();

    public static TheoryData<string, string> Constants => new()
    {
        { "Deadlines:Handshake", "00:00:05" },
        { "Deadlines:StartedFrame", "00:00:10" },
        { "Deadlines:IdleProbe", "00:00:20" },
        { "Deadlines:ProbeAnswer", "00:00:05" },
        { "Deadlines:SlowConsumer", "00:01:00" },
        { "Deadlines:Drain", "00:00:10" },
        { "Deadlines:GoAwaySpread", "00:00:05" },
        { "Deadlines:EmptyService", "00:01:00" },
        { "Deadlines:ExpiredOverride", "00:01:00" },
        { "Deadlines:SyncedClient", "00:03:00" },
        { "Deadlines:Reaffirm", "00:00:10" },
        { "Deadlines:WarmUp", "00:00:15" },
        { "Push:MergeWindowMinimum", "00:00:00.0100000" },
        { "Push:MergeWindowMaximum", "00:00:00.5000000" },
        { "ClientTransport:UserTimeout", "00:01:15" },
        { "Limits:Connections", "200000" },
        { "Limits:Services", "1000000" },
        { "Limits:InstancesPerService", "100000" },
        { "Limits:PublicationsPerClient", "100000" },
        { "Limits:Overrides", "100000" },
        { "Limits:SubscriptionsPerClient", "10000" },
    };

    [Theory]
    [MemberData(nameof(Constants))]
    public void A_constant_is_an_option_with_this_default(string key, string expected) => Assert.Equal(expected, Read(Defaults, key));

    [Theory]
    [MemberData(nameof(Constants))]
    public void It_can_be_set(string key, string expected)
    {
        string other = expected.Contains(':', StringComparison.Ordinal) ? "00:00:00.2000000" : "12";
        other = key.StartsWith("ClientTransport", StringComparison.Ordinal) ? "00:00:07" : other;
        ServerOptions set = ServerOptionsReader.Read(new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create<string, string?>(key, other)])
            .Build());
        Assert.Equal(other, Read(set, key));
    }

    private static string? Read(ServerOptions options, string key)
    {
        object? value = options;
        foreach (string part in key.Split(':'))
        {
            value = value!.GetType().GetProperty(part)?.GetValue(value);
        }

        return value?.ToString();
    }
}
