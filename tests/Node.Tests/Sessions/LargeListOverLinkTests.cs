using FastRegistry.Node.Tests.Sessions.Storm;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>A list of 20 MB over a link of 50 Mbit/s: it arrives, and what gives it up half way leaves nothing on either side.</summary>
public sealed class LargeListOverLinkTests(ITestOutputHelper output) : IDisposable
{
    private const int Kilobytes = 20_000;
    private const long ListBytes = Kilobytes * 1000L;
    private const double Megabits = 50;
    private const string Service = "huge";

    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly StormNode _storm = new(LinkOptions.OfRoundTrip(RoundTrip, Megabits));

    public void Dispose() => _storm.Dispose();

    [Fact]
    public void It_arrives_as_the_answer_to_a_query()
    {
        CountingReader reader = Start(QueryIt);
        Report(reader, _storm.RunUntil(() => reader.Answers == 1, Deadline));
        _storm.CloseAll();
    }

    [Fact]
    public void It_arrives_as_the_list_of_a_subscription()
    {
        CountingReader reader = Start(SubscribeToIt);
        Report(reader, _storm.RunUntil(() => reader.Lists == 1, Deadline));
        _storm.CloseAll();
    }

    [Fact]
    public void A_query_whose_stream_the_receiver_resets_half_way_holds_nothing() =>
        GiveUpHalfWay(QueryIt, static reader => reader.ResetStream(reader.OpenStreams.Single(), StreamResetCode.Cancelled));

    [Fact]
    public void A_query_that_is_cancelled_half_way_holds_nothing()
    {
        ulong correlation = 0;
        GiveUpHalfWay(reader => correlation = reader.Request(MessageType.Query, new QueryRequest { Name = Service }), reader => reader.Cancel(correlation));
    }

    [Fact]
    public void A_subscription_whose_stream_the_receiver_resets_half_way_holds_nothing() =>
        GiveUpHalfWay(SubscribeToIt, static reader => reader.ResetStream(reader.OpenStreams.Single(), StreamResetCode.Unsubscribed));

    [Fact]
    public void A_subscription_that_ends_half_way_holds_nothing() =>
        GiveUpHalfWay(SubscribeToIt, static reader => reader.Request(MessageType.Unsubscribe, new UnsubscribeRequest { SubscriptionId = 1 }));

    [Fact]
    public void A_reader_that_leaves_half_way_holds_nothing()
    {
        CountingReader reader = Start(SubscribeToIt);
        _storm.RunUntil(() => reader.StreamBytes > ListBytes / 2, Deadline);
        _storm.CloseAll();
    }

    private static void QueryIt(CountingReader reader) => reader.Request(MessageType.Query, new QueryRequest { Name = Service });

    private static void SubscribeToIt(CountingReader reader) => reader.Subscribe([new Subscription { Id = 1, Name = Service }]);

    private CountingReader Start(Action<CountingReader> ask)
    {
        _storm.Publish(Service, Kilobytes);
        return _storm.Connect(ask);
    }

    private void Report(CountingReader reader, TimeSpan took)
    {
        _storm.AssertNobodyWasClosed();
        TimeSpan least = TimeSpan.FromSeconds(reader.Bytes * 8 / (Megabits * 1e6));
        output.WriteLine($"{reader.Bytes:N0} bytes in {took.TotalSeconds:0.00} s of virtual time, the link alone needs {least.TotalSeconds:0.00} s; budget use {_storm.HighestBudgetUse:N0}");
        Assert.True(reader.StreamBytes > ListBytes);

        // A stream has 256 KiB of credit, which comes back in halves: with this round trip that bounds its rate, and other frames pass beside it.
        Assert.InRange(took, least, least * 2);
        Assert.Empty(reader.OpenStreams);
        Assert.Equal(0, _storm.Node.Resources.Budget.UsedBytes);
    }

    private void GiveUpHalfWay(Action<CountingReader> ask, Action<CountingReader> giveUp)
    {
        CountingReader reader = Start(ask);
        _storm.RunUntil(() => reader.StreamBytes > ListBytes / 2, Deadline);
        Assert.True(_storm.Node.Resources.Budget.UsedBytes >= ListBytes, "the body of the open stream is not in the budget");
        long given = reader.StreamBytes;
        giveUp(reader);
        _storm.Advance(TimeSpan.FromSeconds(5));

        // What was on the way and what the credit allowed still came, and no more; the connection lives on and is of use.
        _storm.AssertNobodyWasClosed();
        Assert.InRange(reader.StreamBytes - given, 0, 2 * WireLimits.InitialStreamCreditBytes);
        Assert.Equal(0, _storm.Node.Resources.Budget.UsedBytes);
        Assert.Equal(0, _storm.Node.Resources.Blocks.Rented);
        int answers = reader.Answers;
        reader.Request(MessageType.ListServices, new ListServicesRequest());
        _storm.RunUntil(() => reader.Answers == answers + 1, Deadline);
        output.WriteLine($"given up after {given:N0} bytes, {reader.StreamBytes - given:N0} came behind");
        _storm.CloseAll();
    }
}
