using System.Collections.Concurrent;
using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Http;
using FastRegistry.Load.Tests.Targets.Harness;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Nacos.Instances;
using Microsoft.Extensions.DependencyInjection;

namespace FastRegistry.Load.Tests.Targets.Http;

public sealed class HttpBeatsTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentQueue<string> _sent = new();
    private readonly TargetStatistics _statistics = new();
    private readonly CancellationTokenSource _closing = new();
    private volatile string? _failure;

    public void Dispose()
    {
        _closing.Cancel();
        _closing.Dispose();
    }

    [Fact]
    public async Task What_is_registered_beats_in_every_round_until_it_is_deregistered()
    {
        HttpBeats beats = Create();
        beats.NoteSuccess(new HttpRequest(HttpMethod.Post, "/register") { Beat = "/a" });
        beats.NoteSuccess(new HttpRequest(HttpMethod.Post, "/register") { Beat = "/b" });
        beats.NoteSuccess(new HttpRequest(HttpMethod.Get, "/list"));
        await Eventually.TrueAsync(() => _sent.Count(static beat => beat == "/a") >= 2 && _sent.Count(static beat => beat == "/b") >= 2);

        beats.NoteSuccess(new HttpRequest(HttpMethod.Delete, "/deregister") { Beat = "/a" });

        // A round that was under way may still have it; the second one from now has not.
        int before = _sent.Count(static beat => beat == "/b");
        await Eventually.TrueAsync(() => _sent.Count(static beat => beat == "/b") >= before + 2);
        int last = _sent.Count(static beat => beat == "/a");
        int now = _sent.Count(static beat => beat == "/b");
        await Eventually.TrueAsync(() => _sent.Count(static beat => beat == "/b") >= now + 3);
        Assert.Equal(last, _sent.Count(static beat => beat == "/a"));
        Assert.Equal(["/a", "/b"], _sent.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_refused_beat_is_counted_as_a_loss()
    {
        _failure = "http 503";
        Create().NoteSuccess(new HttpRequest(HttpMethod.Post, "/register") { Beat = "/a" });

        await Eventually.TrueAsync(() => _statistics.Losses.Total > 0);

        Assert.Equal("beat: http 503", Assert.Single(_statistics.Losses.ToList()).Kind);
    }

    [Fact]
    public async Task A_registered_instance_beats_at_the_server()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using HttpTarget target = new(Soon);
        ITargetConnection connection = await target.ConnectAsync(server.Http, source: null, TestContext.Current.CancellationToken);
        LoadInstance instance = TestServer.NewInstance(8080);
        Assert.True((await connection.SendAsync(target.PrepareRegister("s", instance))).IsOk);
        RegistryClient client = server.Host.Services.GetRequiredService<IpPortClients>().Find("10.0.0.1", 8080)!;
        long registered = client.LastRenewed;
        await Eventually.TrueAsync(() => client.LastRenewed > registered);

        Assert.Equal(0, target.Statistics.Losses.Total);
        connection.Abort();
    }

    private HttpBeats Create() => new(Soon, SendAsync, _statistics, _closing.Token);

    private Task<LoadResult> SendAsync(string beat)
    {
        _sent.Enqueue(beat);
        return Task.FromResult(_failure is { } failure ? LoadResult.Fail(failure) : LoadResult.Ok());
    }
}
