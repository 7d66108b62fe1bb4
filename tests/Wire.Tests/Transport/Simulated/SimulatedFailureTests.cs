using System.IO.Pipelines;
using System.Net.Sockets;
using FastRegistry.Tests;

namespace FastRegistry.Wire.Tests.Transport.Simulated;

/// <summary>How connections end, stand still and cannot be made.</summary>
public sealed class SimulatedFailureTests : SimulatedFixture
{
    private static readonly LinkOptions Link = LinkOptions.OfRoundTrip(Milliseconds(50), 20);

    [Fact]
    public void An_end_arrives_behind_what_was_sent()
    {
        SimulatedConnection connection = Connect(Link);
        Write(connection.Server, 40_000);
        connection.Server.Output.Complete();
        Advance(Milliseconds(25 + 16));
        Assert.Equal(40_000, ReadToEnd(connection.Client).Length);
        connection.Client.Close();
        connection.Server.Input.Complete();
        Assert.Empty(Network.Connections);
    }

    [Fact]
    public void A_writer_learns_that_nobody_reads_when_bytes_have_come_for_nothing()
    {
        SimulatedConnection connection = Connect(Link);
        connection.Client.Close();
        Advance(Milliseconds(25));
        Assert.Empty(ReadToEnd(connection.Server));
        Assert.False(ResultOf(Write(connection.Server, 1000)).IsCompleted);
        Advance(Milliseconds(50));
        Assert.False(ResultOf(Write(connection.Server, 1000)).IsCompleted);
        Advance(Milliseconds(1));
        Assert.True(ResultOf(Write(connection.Server, 1000)).IsCompleted);
    }

    [Fact]
    public void A_writer_that_waits_goes_on_when_the_reader_leaves_what_has_come()
    {
        SimulatedConnection connection = Connect(Link with { ReceiveWindowBytes = 20_000 });
        Task<FlushResult> flush = Write(connection.Server, 500_000);
        Advance(TimeSpan.FromSeconds(1));
        Assert.False(flush.IsCompleted);
        connection.Client.Input.Complete();
        Advance(Milliseconds(25));
        Assert.True(ResultOf(flush).IsCompleted);
    }

    [Fact]
    public void A_reset_loses_what_is_on_the_way_and_both_ends_see_it()
    {
        SimulatedConnection connection = Connect(Link);
        Task<FlushResult> flush = Write(connection.Server, 1_000_000);
        Advance(Milliseconds(25 + 100));
        long arrived = connection.Back.Arrived;
        Assert.InRange(arrived, 200_000, 250_000);

        connection.Cut(CutKind.Reset);
        Pump();

        // What has arrived can be read; then comes the reset.
        Assert.True(connection.Client.Input.TryRead(out ReadResult read));
        Assert.Equal(arrived, read.Buffer.Length);
        connection.Client.Input.AdvanceTo(read.Buffer.End);
        AssertReset(() => connection.Client.Input.TryRead(out _));
        AssertReset(() => connection.Server.Input.TryRead(out _));
        AssertReset(() => ResultOf(flush));
        AssertReset(() => Write(connection.Client, 1));
        Assert.Equal(0, Network.Total.InFlight);
    }

    [Fact]
    public void A_cut_with_an_end_looks_like_a_close_by_the_other_end()
    {
        SimulatedConnection connection = Connect(Link);
        Write(connection.Server, 100);
        connection.Cut(CutKind.Finish);
        Assert.Empty(ReadToEnd(connection.Client));
        Assert.Empty(ReadToEnd(connection.Server));
        Assert.True(ResultOf(Write(connection.Client, 1)).IsCompleted);
    }

    [Fact]
    public void A_writer_that_completes_with_an_error_resets_the_connection()
    {
        SimulatedConnection connection = Connect(Link);
        Write(connection.Server, 100);
        connection.Server.Output.Complete(new IOException("aborted"));
        Advance(Milliseconds(26));
        Assert.Equal(100, ReadOnce(connection.Client));
        AssertReset(() => connection.Client.Input.TryRead(out _));
    }

    [Fact]
    public void Half_open_bytes_go_nowhere_without_an_error()
    {
        SimulatedConnection connection = Connect(Link);
        Write(connection.Server, 10_000);
        Write(connection.Client, 10_000);
        connection.Client.Vanish();
        Advance(TimeSpan.FromHours(1));
        Assert.False(connection.Server.Input.TryRead(out _));
        Assert.False(ResultOf(Write(connection.Server, 10_000)).IsCompleted);

        // The send buffer is all that is left of the connection.
        Task<FlushResult> flush = Write(connection.Server, 100_000);
        Advance(TimeSpan.FromHours(1));
        Assert.False(flush.IsCompleted);
        Assert.Equal(0, connection.Back.Arrived);
        connection.Server.Close();
        Pump();
        Assert.Equal(0, Blocks.Rented);
    }

    [Fact]
    public void A_stalled_connection_goes_on_where_it_stood()
    {
        SimulatedConnection connection = Connect(Link);
        byte[] sent = [.. Enumerable.Range(0, 60_000).Select(static i => (byte)(i % 251))];
        connection.Server.Output.WriteAsync(sent, TestContext.Current.CancellationToken).AsTask();
        connection.Server.Output.Complete();
        Advance(Milliseconds(25 + 10));
        connection.Stall();
        long arrived = connection.Back.Arrived;
        Assert.InRange(arrived, 1, sent.Length - 1);
        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(arrived, connection.Back.Arrived);

        connection.Resume();
        Advance(Milliseconds(25 + 24));
        Assert.Equal(sent, ReadToEnd(connection.Client));
    }

    [Fact]
    public void A_partition_holds_connections_between_its_sides_and_no_others()
    {
        Network.DefaultLink = Link;
        SimulatedConnection inside = Connect(from: "near");
        SimulatedConnection across = Connect(from: "far");
        Network.Partition(["far"], [Server, "near"]);
        Write(inside.Client, 100);
        Write(across.Client, 100);
        Write(across.Server, 100);
        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(100, Read(inside.Server));
        Assert.Equal(0, Read(across.Server));
        Assert.Equal(0, Read(across.Client));

        Network.Heal();
        Advance(Milliseconds(26));
        Assert.Equal(100, Read(across.Server));
        Assert.Equal(100, Read(across.Client));
    }

    [Fact]
    public void A_connect_across_a_partition_is_made_after_it_heals()
    {
        Network.DefaultLink = Link;
        Network.Partition([Client], [Server]);
        Task<SimulatedEnd> connect = Network.ConnectAsync(Client, Server, Port, TestContext.Current.CancellationToken);
        Advance(TimeSpan.FromSeconds(2));
        Network.Heal([Client], [Server]);
        Assert.False(connect.IsCompleted);
        AdvanceUntil(() => connect.IsCompleted);
        Assert.InRange(Now.TotalSeconds, 2, 4);
        Assert.NotNull(ResultOf(connect));
        Assert.Single(Accepted);
    }

    [Fact]
    public void A_connect_across_a_partition_that_stays_fails_after_two_minutes()
    {
        Network.DefaultLink = Link;
        Network.Partition([Client], [Server]);
        Task<SimulatedEnd> connect = Network.ConnectAsync(Client, Server, Port, TestContext.Current.CancellationToken);
        AdvanceUntil(() => connect.IsCompleted);
        Assert.Equal(SocketError.TimedOut, Assert.IsType<SocketException>(connect.Exception!.InnerException).SocketErrorCode);
        Assert.InRange(Now.TotalSeconds, 60, 130);
    }

    [Fact]
    public void A_connect_is_refused_where_nobody_listens()
    {
        Network.DefaultLink = Link;
        Task<SimulatedEnd> connect = Network.ConnectAsync(Client, Server, Port + 1, TestContext.Current.CancellationToken);
        AdvanceUntil(() => connect.IsCompleted);
        Assert.Equal(Milliseconds(50), Now);
        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(connect.Exception!.InnerException).SocketErrorCode);
    }

    [Fact]
    public void A_listener_that_has_ended_accepts_no_more()
    {
        SimulatedListener listener = Network.Listen("other", Port, static _ => Assert.Fail("accepted"));
        Assert.Throws<SocketException>(() => Network.Listen("other", Port, static _ => { }));
        listener.Dispose();
        Task<SimulatedEnd> connect = Network.ConnectAsync(Client, "other", Port, TestContext.Current.CancellationToken);
        Pump();
        Assert.True(connect.IsFaulted);
        Network.Listen("other", Port, static _ => { }).Dispose();
    }

    [Fact]
    public void A_connect_that_is_cancelled_leaves_nothing()
    {
        Network.DefaultLink = Link;
        using CancellationTokenSource cancel = new();
        Task<SimulatedEnd> connect = Network.ConnectAsync(Client, Server, Port, cancel.Token);
        Advance(Milliseconds(30));
        Assert.Single(Accepted);
        cancel.Cancel();
        Pump();
        Assert.True(connect.IsCanceled);
        Advance(Milliseconds(25));
        Assert.Empty(ReadToEnd(Accepted[0]));
    }

    private static int ReadOnce(SimulatedEnd end)
    {
        Assert.True(end.Input.TryRead(out ReadResult read));
        int bytes = (int)read.Buffer.Length;
        end.Input.AdvanceTo(read.Buffer.End);
        return bytes;
    }

    private static void AssertReset(Action action) =>
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(Assert.Throws<IOException>(action).InnerException).SocketErrorCode);
}
