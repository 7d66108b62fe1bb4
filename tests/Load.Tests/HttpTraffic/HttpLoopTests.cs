using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRegistry.Load.Commands;
using FastRegistry.Load.HttpTraffic;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Tests.HttpTraffic;

/// <summary>Over real sockets, against a server that answers what the test says.</summary>
public sealed class HttpLoopTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Every_request_is_sent_once_over_connections_that_are_kept()
    {
        await using ScriptedHttpServer server = new(static line => [ScriptedHttpServer.Ok(line.Split(' ')[1])]);
        using HttpLoop loop = HttpLoop.Connect(server.EndPoint, 3);
        HttpExchange[] exchanges = [.. Enumerable.Range(0, 100).Select(static i => Get($"/{i}", $"/{i}"))];

        await loop.RunAsync(ClosedTraffic.Once(exchanges)).WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal(0, loop.Failures.Total);
        Assert.Equal(100, loop.Answered);
        Assert.Equal(100, server.Requests.Distinct().Count());
        Assert.Equal(3, server.Connections);
    }

    [Fact]
    public async Task An_answer_in_pieces_is_put_together_whatever_its_length()
    {
        string body = new('x', 40_000);
        string answer = ScriptedHttpServer.Ok(body);
        await using ScriptedHttpServer server = new(_ => [answer[..5], answer[5..30], answer[30..20_000], answer[20_000..]]);
        using HttpLoop loop = HttpLoop.Connect(server.EndPoint, 1);

        await loop.RunAsync(ClosedTraffic.Once([Get("/", body), Get("/", body)])).WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal((0, 2L), (loop.Failures.Total, loop.Answered));
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nok", "http 503")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno", "wrong body")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokok", "bytes nobody asked for")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nok", "a body without Content-Length")]
    [InlineData("nonsense\r\n\r\n", "not HTTP")]
    [InlineData("", "connection lost")]
    public async Task A_wrong_answer_is_counted_by_kind_and_the_rest_goes_on(string wrong, string kind)
    {
        await using ScriptedHttpServer server = new(line => [line.Contains("/wrong", StringComparison.Ordinal) ? wrong : ScriptedHttpServer.Ok("ok")]);
        using HttpLoop loop = HttpLoop.Connect(server.EndPoint, 1);

        await loop.RunAsync(ClosedTraffic.Once([Get("/1", "ok"), Get("/wrong", "ok"), Get("/2", "ok")])).WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal([new FailureCount(kind, 1)], loop.Failures.ToList());
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Open_traffic_goes_on_by_the_clock_until_it_is_stopped_and_waits_for_the_last_answers()
    {
        await using ScriptedHttpServer server = new(static _ => [ScriptedHttpServer.Ok("ok")]);
        using HttpLoop loop = HttpLoop.Connect(server.EndPoint, 4);
        HttpExchange[] exchanges = [.. Enumerable.Range(0, 8).Select(static i => Get($"/{i}", "ok"))];
        loop.IsMeasuring = true;

        Task running = loop.RunAsync(new OpenTraffic(exchanges, 4, TimeSpan.FromMilliseconds(80), Stopwatch.GetTimestamp()));
        while (loop.Answered < 20 && !running.IsCompleted)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        loop.Stop();
        await running.WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal(0, loop.Failures.Total);
        Assert.Equal(server.Requests.Count, loop.Answered);
        Assert.Equal(loop.Answered, loop.Latencies.Count);
        Assert.Equal(8, server.Requests.Distinct().Count());
    }

    [Fact]
    public async Task A_server_that_has_gone_ends_the_traffic_with_a_reason()
    {
        ScriptedHttpServer server = new(static _ => [""]);
        using HttpLoop loop = HttpLoop.Connect(server.EndPoint, 1);
        await server.DisposeAsync();

        CannotRunException reason = await Assert.ThrowsAsync<CannotRunException>(
            () => loop.RunAsync(ClosedTraffic.Endless([Get("/", "ok")])).WaitAsync(Deadline, TestContext.Current.CancellationToken));

        Assert.Contains("takes no connection", reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_where_nobody_listens_is_refused_at_once()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        CannotRunException reason = Assert.Throws<CannotRunException>(() => HttpLoop.Connect((IPEndPoint)taken.LocalEndPoint!, 1));

        Assert.Contains("ConnectionRefused", reason.Message, StringComparison.Ordinal);
    }

    private static HttpExchange Get(string path, string expected) =>
        new(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"), new ExactBody(Encoding.ASCII.GetBytes(expected)));
}
