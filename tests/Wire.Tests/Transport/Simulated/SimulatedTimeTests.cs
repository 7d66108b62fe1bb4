using FastRegistry.Tests;

namespace FastRegistry.Wire.Tests.Transport.Simulated;

/// <summary>Delay, rate, jitter and the bounds of the buffers.</summary>
public sealed class SimulatedTimeTests : SimulatedFixture
{
    private const int PieceBytes = 16 * 1024;

    [Fact]
    public void A_connect_takes_a_round_trip()
    {
        Connect(LinkOptions.OfRoundTrip(Milliseconds(50)));

        Assert.Equal(Milliseconds(50), Now);
        Assert.Equal(1, Network.Traffic(Client, Server).Connects);
    }

    [Fact]
    public void A_byte_arrives_after_the_delay_of_its_direction_and_not_a_tick_before()
    {
        Network.SetLink(Client, Server, new LinkOptions { Delay = Milliseconds(30) });
        Network.SetLink(Server, Client, new LinkOptions { Delay = Milliseconds(5) });
        SimulatedConnection connection = Connect();
        Assert.Equal(Milliseconds(35), Now);

        Write(connection.Client, 1);
        Write(connection.Server, 1);
        Advance(Milliseconds(5) - TimeSpan.FromTicks(1));
        Assert.Equal(0, Read(connection.Client));
        Advance(TimeSpan.FromTicks(1));
        Assert.Equal(1, Read(connection.Client));
        Advance(Milliseconds(25) - TimeSpan.FromTicks(1));
        Assert.Equal(0, Read(connection.Server));
        Advance(TimeSpan.FromTicks(1));
        Assert.Equal(1, Read(connection.Server));
    }

    [Fact]
    public void Without_a_delay_bytes_are_there_with_the_flush()
    {
        SimulatedConnection connection = Connect(LinkOptions.Immediate);
        Write(connection.Client, 1000);
        Assert.Equal(1000, Read(connection.Server));
        Assert.Equal(TimeSpan.Zero, Now);
    }

    [Theory]
    [InlineData(20.0)]
    [InlineData(50.0)]
    [InlineData(1.0)]
    [InlineData(0.7777)]
    public void The_rate_is_exact_within_one_piece(double megabits)
    {
        SimulatedConnection connection = Connect(LinkOptions.OfRoundTrip(Milliseconds(10), megabits) with { SendBufferBytes = 4 * 1024 * 1024 });
        TimeSpan begin = Now;
        const int Bytes = 1024 * 1024;
        Write(connection.Server, Bytes);
        int read = 0;
        while (read < Bytes)
        {
            TimeSpan next = Time.NextTimer!.Value;
            Time.Advance(next);
            Pump();
            read += Read(connection.Client);
            double sent = Math.Max(0, (Now - begin - Milliseconds(5)).TotalSeconds) * megabits * 1_000_000 / 8;
            Assert.InRange(sent - read, -1, PieceBytes);
        }

        // All of it takes what its bits take, rounded to a tick, and the delay.
        TimeSpan exact = TimeSpan.FromTicks((long)(Bytes * 8.0 * TimeSpan.TicksPerSecond / (megabits * 1_000_000))) + Milliseconds(5);
        Assert.InRange(Now - begin, exact - TimeSpan.FromTicks(1), exact + TimeSpan.FromTicks(1));
    }

    [Fact]
    public void Directions_have_their_own_rates_and_connections_their_own_lines()
    {
        Network.SetLink(Client, Server, new LinkOptions { BitsPerSecond = 1_000_000, SendBufferBytes = 1024 * 1024 });
        Network.SetLink(Server, Client, new LinkOptions { BitsPerSecond = 8_000_000, SendBufferBytes = 1024 * 1024 });
        SimulatedConnection one = Connect();
        SimulatedConnection other = Connect();

        Write(one.Client, 125_000);
        Write(other.Client, 125_000);
        Write(one.Server, 125_000);
        AdvanceUntil(() => one.Back.Arrived == 125_000);
        Assert.Equal(Milliseconds(125), Now);
        AdvanceUntil(() => one.There.Arrived == 125_000 && other.There.Arrived == 125_000);
        Assert.Equal(Milliseconds(1000), Now);
    }

    [Fact]
    public void A_small_write_behind_a_large_one_waits_for_the_line()
    {
        SimulatedConnection connection = Connect(new LinkOptions { BitsPerSecond = 8_000_000, SendBufferBytes = 1024 * 1024 });
        Write(connection.Client, 100_000);
        Write(connection.Client, 1);
        AdvanceUntil(() => connection.There.Arrived == 100_001);
        Assert.Equal(Milliseconds(100) + TimeSpan.FromMicroseconds(1), Now);
    }

    [Fact]
    public void A_line_that_rested_begins_at_once()
    {
        SimulatedConnection connection = Connect(new LinkOptions { BitsPerSecond = 8_000_000 });
        Advance(TimeSpan.FromSeconds(1));
        Write(connection.Client, 1000);
        Advance(Milliseconds(1));
        Assert.Equal(1000, Read(connection.Server));
        Assert.Equal(TimeSpan.FromSeconds(1) + Milliseconds(1), Now);
    }

    [Fact]
    public void A_writer_waits_while_the_send_buffer_is_full()
    {
        const int SendBuffer = 64 * 1024;
        SimulatedConnection connection = Connect(LinkOptions.OfRoundTrip(Milliseconds(50), 20) with { SendBufferBytes = SendBuffer });
        int written = 0;
        Task flush = Task.CompletedTask;
        while (flush.IsCompleted)
        {
            written += 8192;
            flush = Write(connection.Server, 8192);
        }

        Assert.Equal(SendBuffer, written);
        Assert.Equal(SendBuffer, connection.Back.Counters.HighestBuffered);

        // Half of it has to leave, in whole pieces.
        TimeSpan begin = Now;
        AdvanceUntil(() => flush.IsCompleted);
        Assert.InRange(Now - begin, Milliseconds(SendBuffer / 2 * 8 / 20e3), Milliseconds(((SendBuffer / 2) + PieceBytes) * 8 / 20e3));
    }

    [Fact]
    public void A_sender_waits_for_a_receiver_that_does_not_read_and_goes_on_a_round_trip_after_it_does()
    {
        const int Window = 128 * 1024;
        SimulatedConnection connection = Connect(new LinkOptions { Delay = Milliseconds(20), SendBufferBytes = 32 * 1024, ReceiveWindowBytes = Window });
        Task flush = Task.CompletedTask;
        int written = 0;
        while (flush.IsCompleted)
        {
            written += 4096;
            flush = Write(connection.Server, 4096);
        }

        Assert.Equal(Window + (32 * 1024), written);
        Advance(TimeSpan.FromMinutes(10));
        Assert.False(flush.IsCompleted);
        Assert.Equal(Window, connection.Back.Arrived);
        Assert.Equal(Window, connection.Back.Counters.HighestWindow);

        Assert.Equal(Window, Read(connection.Client));
        Advance(Milliseconds(20));
        Assert.True(flush.IsCompleted);
        Assert.Equal(0, Read(connection.Client));
        Advance(Milliseconds(20));
        Assert.Equal(32 * 1024, Read(connection.Client));
    }

    [Fact]
    public void A_window_smaller_than_the_round_trip_bounds_the_rate()
    {
        // 50 ms × 50 Mbit/s are 312,500 bytes; a window of 64 KiB lets 64 KiB pass in a round trip.
        SimulatedConnection connection = Connect(
            LinkOptions.OfRoundTrip(Milliseconds(50), 50) with { ReceiveWindowBytes = 64 * 1024, SendBufferBytes = 2 * 1024 * 1024 });
        TimeSpan begin = Now;
        Write(connection.Server, 1024 * 1024);
        int read = 0;
        Time.AdvanceUntil(() => (read += Read(connection.Client)) == 1024 * 1024, TimeSpan.FromMinutes(1), Pump);
        Assert.InRange((Now - begin).TotalMilliseconds, 750, 900);
    }

    [Fact]
    public void Jitter_keeps_the_order_and_its_bound()
    {
        LinkOptions link = new() { Delay = Milliseconds(10), Jitter = Milliseconds(7) };
        SimulatedConnection connection = Connect(link);
        HashSet<TimeSpan> delays = [];
        for (int i = 0; i < 100; i++)
        {
            TimeSpan begin = Now;
            Write(connection.Client, 1, (byte)i);
            AdvanceUntil(() => connection.There.Arrived == i + 1);
            Assert.InRange(Now - begin, link.Delay, link.Delay + link.Jitter);
            delays.Add(Now - begin);
        }

        Assert.InRange(delays.Count, 50, 100);
        for (int i = 0; i < 100; i++)
        {
            Write(connection.Client, 1, (byte)(100 + i));
        }

        connection.Client.Output.Complete();
        Advance(Milliseconds(17));
        Assert.Equal(Enumerable.Range(0, 200).Select(static i => (byte)i), ReadToEnd(connection.Server));
    }

    [Fact]
    public void The_same_seed_makes_the_same_run_and_another_one_another()
    {
        Assert.Equal(Run(5), Run(5));
        Assert.NotEqual(Run(5), Run(6));
    }

    private List<(TimeSpan, int)> Run(int seed)
    {
        NewNetwork(seed);
        List<(TimeSpan, int)> arrivals = [];
        SimulatedConnection[] connections = [.. Enumerable.Range(0, 10).Select(i =>
            Connect(LinkOptions.OfRoundTrip(Milliseconds(20), 10) with { Jitter = Milliseconds(5) }, $"client-{i}"))];
        TimeSpan begin = Now;
        foreach (SimulatedConnection connection in connections)
        {
            for (int i = 1; i <= 5; i++)
            {
                Write(connection.Client, 5000 * i);
            }
        }

        while (Time.NextTimer is { } next)
        {
            Time.Advance(next);
            Pump();
            for (int i = 0; i < connections.Length; i++)
            {
                if (Read(connections[i].Server) is > 0 and int bytes)
                {
                    arrivals.Add((Now - begin, (i * 1_000_000) + bytes));
                }
            }
        }

        foreach (SimulatedConnection connection in connections)
        {
            connection.Client.Close();
            connection.Server.Close();
        }

        return arrivals;
    }
}
