using System.Buffers;
using System.Globalization;
using FastRegistry.Registry.Events;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>
/// Bytes a request allocates on the receive path, request by request: the table of docs/benchmarks.md. What a change keeps is legitimate; each row has a bound
/// just above that. <c>dotnet test tests/Server.Tests --filter AllocationTable --logger "console;verbosity=detailed"</c> prints the figures.
/// </summary>
[Collection(MeasurementsCollection.Name)]
public sealed class AllocationTableTests : IDisposable
{
    private const int Rounds = 20_000;
    private const int Ports = 100;

    // The instance, 56 bytes, and its encoded form, 24 and its length of about 60.
    private const double Instance = 160;

    // Publication 64, its place among its client's 64, address 48; tables that grow with the first ones.
    private const double Publication = 240;

    private readonly NodeFixture _node = new();
    private readonly RawClient _client;
    private readonly ITestOutputHelper _output;

    public AllocationTableTests(ITestOutputHelper output)
    {
        _output = output;
        _client = _node.Connect();
        _client.Register("s", 1);
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_changed_registration_allocates_what_it_keeps() => AssertAllocates(
        "register, changed", Instance, [.. Enumerable.Range(0, 2 * Ports).Select(i => Register(1 + (i % Ports), weight: 1 + (i / Ports)))]);

    [Fact]
    public void A_changed_registration_of_a_service_without_events_allocates_what_it_keeps()
    {
        using NodeFixture node = new(events: new EventOptions { Kept = 0 });
        RawClient client = node.Connect();
        client.Register("s", 1);
        AssertAllocates(
            "register, changed, no events", Instance, [.. Enumerable.Range(0, 2 * Ports).Select(i => Register(1 + (i % Ports), weight: 1 + (i / Ports)))], client);
    }

    [Fact]
    public void A_new_registration_and_a_deregistration_allocate_what_is_kept()
    {
        byte[][] comeAndGo = [.. Enumerable.Range(2, Ports).SelectMany(static port => new[] { Register(port, 1), Deregister(port) })];
        AssertAllocates("register new, then deregister, each", (Instance + Publication) / 2, comeAndGo);
    }

    [Fact]
    public void The_same_registration_allocates_nothing() => AssertAllocates("register, the same", 0, [Register(1, weight: 1)]);

    [Fact]
    public void A_deregistration_of_what_is_not_there_allocates_nothing() => AssertAllocates("deregister, not there", 0, [Deregister(7)]);

    private static byte[] Register(int port, double weight)
    {
        RegisterRequest request = new() { Name = "s", Instance = NewInstance(port, weight: weight == 1 ? null : weight) };
        request.Instance.Metadata.Add(new Label { Key = "version", Value = "1.0.0" });
        request.Instance.Metadata.Add(new Label { Key = "zone", Value = "zone-a" });
        return RawClient.RequestBytes(MessageType.Register, 5, request);
    }

    private static byte[] Deregister(int port) =>
        RawClient.RequestBytes(MessageType.Deregister, 5, new DeregisterRequest { Name = "s", Keys = { new InstanceKey { Ip = "10.0.0.1", Port = (uint)port } } });

    private void AssertAllocates(string operation, double atMost, byte[][] frames, RawClient? client = null)
    {
        client ??= _client;
        ReadOnlySequence<byte>[] received = [.. frames.Select(static frame => new ReadOnlySequence<byte>(frame))];
        BatchWriter replies = client.Connection.RentBatch();
        void Round()
        {
            for (int i = 0; i < Rounds; i++)
            {
                client.Session.OnReceived(received[i % received.Length], replies);
                replies.Complete();
            }
        }

        // The first rounds fill queues and tables; on a busy machine code is still being compiled while it is measured.
        Round();
        double least = double.MaxValue;
        for (int attempt = 0; attempt < 5 && least > atMost; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Round();
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Rounds);
        }

        client.Connection.ReturnBatch(replies);
        _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{operation}: {least:0.0} B"));
        Assert.True(least <= atMost, string.Create(CultureInfo.InvariantCulture, $"{operation}: {least:0.0} bytes each, not {atMost}"));
    }
}
