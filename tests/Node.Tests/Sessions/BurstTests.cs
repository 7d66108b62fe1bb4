using FastRegistry.Node.Tests.Sessions.Storm;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>A client that asks for much at once, one request each, and reads promptly: everything is answered on the connection it has.</summary>
public sealed class BurstTests(ITestOutputHelper output)
{
    private const int Pairs = 400;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private static readonly LinkOptions Far = LinkOptions.OfRoundTrip(TimeSpan.FromMilliseconds(50), 20);

    [Theory]
    [InlineData(60, 22, false)]
    [InlineData(60, 22, true)]
    [InlineData(30, 61, false)]
    [InlineData(30, 61, true)]
    [InlineData(200, 25, true)]
    [InlineData(200, 44, true)]
    public void Subscribes_sent_at_once_all_get_their_lists(int lists, int kilobytes, bool isFar)
    {
        using StormNode storm = new(isFar ? Far : LinkOptions.Immediate);
        string[] services = [.. Enumerable.Range(0, lists).Select(static i => $"service-{i}")];
        Array.ForEach(services, service => storm.Publish(service, kilobytes));
        CountingReader reader = storm.Connect(reader =>
        {
            for (int i = 0; i < services.Length; i++)
            {
                reader.Subscribe([new Subscription { Id = (ulong)i + 1, Name = services[i] }]);
            }
        });

        TimeSpan took = storm.RunUntil(() => reader.IsClosed || (reader.Listed == lists && reader.Answers == lists), Deadline);
        storm.AssertNobodyWasClosed();
        Assert.Equal((lists, lists), (reader.Answers, reader.Lists));
        output.WriteLine($"{reader.Bytes:N0} bytes in {took.TotalSeconds:0.00} s of virtual time; output {storm.HighestBudgetUse:N0} bytes at most");

        // The mark, and what one list adds.
        Assert.InRange(storm.HighestBudgetUse, 0, 256 * 1024);
        storm.CloseAll();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Registrations_and_queries_sent_in_pairs_at_once_are_all_answered(bool isFar)
    {
        using StormNode storm = new(isFar ? Far : LinkOptions.Immediate);
        CountingReader reader = storm.Connect(static reader =>
        {
            for (int port = 1; port <= Pairs; port++)
            {
                Instance instance = NamingClient.NewInstance(port, metadata: new string('x', 100));
                reader.Request(MessageType.Register, new RegisterRequest { Name = "pairs", Instance = instance });
                reader.Request(MessageType.Query, new QueryRequest { Name = "pairs" });
            }
        });

        TimeSpan took = storm.RunUntil(() => reader.IsClosed || reader.Answers == 2 * Pairs, Deadline);
        storm.AssertNobodyWasClosed();
        Assert.Equal(2 * Pairs, reader.Answers);
        output.WriteLine($"{reader.Bytes:N0} bytes in {took.TotalSeconds:0.00} s of virtual time; output {storm.HighestBudgetUse:N0} bytes at most");
        storm.CloseAll();
    }
}
