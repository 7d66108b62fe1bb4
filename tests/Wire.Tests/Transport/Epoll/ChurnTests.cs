using System.Globalization;
using System.Net.Sockets;
using FastRegistry.Tests;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>
/// Clients that come, talk and go in every way there is, on the real kernel with faults: no descriptor, block or byte may be left. Four seconds here;
/// <c>FASTREGISTRY_CHURN_SECONDS=600</c> makes it the ten minutes of a release.
/// </summary>
[Collection(MeasurementsCollection.Name)]
public sealed class ChurnTests(ITestOutputHelper output)
{
    private const string SecondsVariable = "FASTREGISTRY_CHURN_SECONDS";
    private const int DefaultSeconds = 4;
    private const int Clients = 8;

    [Fact]
    public async Task Nothing_is_left_of_clients_that_come_and_go()
    {
        int seed = TestSeed.Choose(output);
        int seconds = int.TryParse(Environment.GetEnvironmentVariable(SecondsVariable), CultureInfo.InvariantCulture, out int given) ? given : DefaultSeconds;
        TransportResources resources = new();
        EpollTransportOptions options = new() { Loops = 2, Sockets = new SocketTransportOptions { AcceptBackOff = TimeSpan.FromMilliseconds(1) } };
        FaultySystemCalls system = new(seed);
        await using EpollTransport transport = new(resources, options, system);
        EpollPairs pairs = new(transport, system);
        int before = 0;
        long rounds = 0;
        await ChurnAsync(pairs, seed, TimeSpan.FromMilliseconds(500));
        Settle();
        before = OpenDescriptors();
        rounds = await ChurnAsync(pairs, unchecked(seed + 1), TimeSpan.FromSeconds(seconds));
        Settle();

        // The runtime opens and closes some of its own; a leak per connection would be hundreds.
        int left = OpenDescriptors() - before;
        output.WriteLine($"{rounds} connections, {system.Faults} faults, {left} descriptors more than before");
        Assert.True(rounds > 50, $"only {rounds} connections");
        Assert.InRange(left, -20, 20);
        await pairs.DisposeAsync();
        Assert.Equal(0, transport.Sources);

        void Settle()
        {
            // The listener is what is left.
            Eventually.True(() => transport.Sources == 1);
            Eventually.True(() => resources.Blocks.Rented == 0);
            Eventually.True(() => resources.Budget.UsedBytes == 0);
        }
    }

    private static int OpenDescriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private static async Task<long> ChurnAsync(EpollPairs pairs, int seed, TimeSpan time)
    {
        long rounds = 0;
        using CancellationTokenSource over = new(time);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            Random random = new(unchecked(seed + client));
            while (!over.IsCancellationRequested)
            {
                await LiveAsync(pairs, random);
                Interlocked.Increment(ref rounds);
            }
        })));
        return rounds;
    }

    private static async Task LiveAsync(EpollPairs pairs, Random random)
    {
        (TestHandler server, Socket peer) = await pairs.ConnectRawAsync(TestHandler.Echo);
        using Socket socket = peer;
        byte[] bytes = new byte[random.Next(1, 20_000)];
        byte[] back = new byte[bytes.Length];
        for (int n = random.Next(4); n > 0; n--)
        {
            random.NextBytes(bytes);
            await socket.SendAsync(bytes);
            for (int read = 0; read < back.Length;)
            {
                int received = await socket.ReceiveAsync(back.AsMemory(read));
                Assert.NotEqual(0, received);
                read += received;
            }

            Assert.Equal(bytes, back);
        }

        switch (random.Next(5))
        {
            case 0:
                socket.Close();
                break;
            case 1:
                socket.LingerState = new LingerOption(true, 0);
                socket.Close();
                break;
            case 2:
                server.Connection.Abort(CloseReason.Aborted);
                break;
            case 3:
                // Gone with an answer under way that nobody reads.
                TransportFixture.Send(server.Connection, new byte[1_000_000]);
                socket.Close();
                break;
            default:
                server.Connection.CloseAfterSending(CloseReason.Aborted);
                socket.Shutdown(SocketShutdown.Send);
                break;
        }

        Eventually.True(() => server.Closed == 1);
        Assert.Null(server.Violation);
    }
}
