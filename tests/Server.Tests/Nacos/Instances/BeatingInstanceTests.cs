using System.Globalization;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Nacos.Instances;
using FastRegistry.Tests;

namespace FastRegistry.Server.Tests.Nacos.Instances;

public sealed class BeatingInstanceTests : IDisposable
{
    private const string Ip = "10.0.0.1";

    private readonly NodeFixture _fixture = new();
    private readonly IpPortClients _clients;

    public BeatingInstanceTests() => _clients = new IpPortClients(_fixture.Registry, _fixture.Wheel, _fixture.Node.Switches);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Without_a_beat_it_is_unhealthy_at_15_seconds_and_gone_at_30()
    {
        Register(80);
        _fixture.AdvanceSeconds(14.9);
        Assert.Equal(["80 healthy"], Listed());
        _fixture.AdvanceSeconds(0.2);
        Assert.Equal(["80 unhealthy"], Listed());
        _fixture.AdvanceSeconds(14.7);
        Assert.Equal(["80 unhealthy"], Listed());
        _fixture.AdvanceSeconds(0.3);
        Assert.Empty(Listed());
        Assert.False(Beat(80));
        AssertNothingHeld();
    }

    [Fact]
    public void Beats_keep_it_healthy_and_a_beat_brings_it_back()
    {
        Register(80);
        for (int i = 0; i < 20; i++)
        {
            _fixture.AdvanceSeconds(14);
            Assert.True(Beat(80));
            Assert.Equal(["80 healthy"], Listed());
        }

        _fixture.AdvanceSeconds(29);
        Assert.Equal(["80 unhealthy"], Listed());
        Assert.True(Beat(80));
        Assert.Equal(["80 healthy"], Listed());

        // From the beat on all of its time again.
        _fixture.AdvanceSeconds(14.9);
        Assert.Equal(["80 healthy"], Listed());
        _fixture.AdvanceSeconds(15.3);
        Assert.Empty(Listed());
    }

    [Fact]
    public void Each_instance_has_the_times_of_its_own_metadata()
    {
        Register(1, ("preserved.heart.beat.timeout", "3000"), ("preserved.heart.beat.interval", "1000"), ("preserved.ip.delete.timeout", "6000"));
        Register(2, ("preserved.heart.beat.timeout", "abc"), ("preserved.ip.delete.timeout", "60000"));
        Register(3, ("preserved.heart.beat.timeout", "20000"), ("preserved.ip.delete.timeout", "9000"));
        _fixture.AdvanceSeconds(3.1);
        Assert.Equal(["1 unhealthy", "2 healthy", "3 healthy"], Listed());
        _fixture.AdvanceSeconds(3);
        Assert.Equal(["2 healthy", "3 healthy"], Listed());
        _fixture.AdvanceSeconds(3);
        Assert.Equal(["2 healthy"], Listed());
        _fixture.AdvanceSeconds(50);
        Assert.Equal(["2 unhealthy"], Listed());
        _fixture.AdvanceSeconds(1.1);
        Assert.Empty(Listed());
    }

    [Fact]
    public void A_beat_is_for_one_service_and_not_for_others_of_the_same_address()
    {
        Register(80, service: "a");
        Register(80, service: "b");
        _fixture.AdvanceSeconds(14);
        Assert.True(Beat(80, "a"));
        _fixture.AdvanceSeconds(2);
        Assert.Equal(["80 healthy"], Listed("a"));
        Assert.Equal(["80 unhealthy"], Listed("b"));
        Assert.Equal(1, _clients.Count);
        Assert.Equal(2, _clients.InstanceCount);
    }

    [Fact]
    public void A_suspended_process_gives_everybody_all_of_the_time_again()
    {
        Register(80);
        _fixture.AdvanceSeconds(10);
        _fixture.Time.Suspend(TimeSpan.FromMinutes(10));
        _fixture.AdvanceSeconds(14.8);
        Assert.Equal(["80 healthy"], Listed());
        _fixture.AdvanceSeconds(0.4);
        Assert.Equal(["80 unhealthy"], Listed());
        _fixture.AdvanceSeconds(15);
        Assert.Empty(Listed());
    }

    [Fact]
    public void Registering_again_is_a_sign_of_life_and_takes_the_new_times()
    {
        Register(80);
        _fixture.AdvanceSeconds(20);
        Assert.Equal(["80 unhealthy"], Listed());
        Register(80, ("preserved.heart.beat.timeout", "5000"));
        Assert.Equal(["80 healthy"], Listed());
        _fixture.AdvanceSeconds(5.1);
        Assert.Equal(["80 unhealthy"], Listed());
        Assert.Equal(1, _clients.InstanceCount);
    }

    [Fact]
    public void One_registered_as_unhealthy_stays_so_until_its_first_beat()
    {
        _clients.Register(Make.Key(), Make.Instance(80, healthy: false));
        _fixture.AdvanceSeconds(10);
        Assert.Equal(["80 unhealthy"], Listed());
        Beat(80);
        Assert.Equal(["80 healthy"], Listed());
    }

    [Fact]
    public void With_health_checks_switched_off_nothing_expires_and_switched_on_again_it_does()
    {
        _fixture.Node.Switch("healthCheckEnabled", "false");
        Register(80);
        _fixture.AdvanceSeconds(120);
        Assert.Equal(["80 healthy"], Listed());
        _fixture.Node.Switch("healthCheckEnabled", "true");
        _fixture.AdvanceSeconds(6);
        Assert.Empty(Listed());
    }

    [Fact]
    public void EnableClientBeat_means_that_it_never_expires()
    {
        Register(80, ("enableClientBeat", "true"));
        _fixture.AdvanceSeconds(200);
        Assert.Equal(["80 healthy"], Listed());
        _clients.Deregister(Make.Key(), Ip, 80);
        AssertNothingHeld();
    }

    [Fact]
    public void A_flip_of_health_is_a_change_that_subscribers_hear_and_changes_nothing_twice()
    {
        Register(80);
        ServiceEntry entry = _fixture.Registry.Find()!;
        long revision = entry.Revision;
        _fixture.AdvanceSeconds(15.1);
        Assert.True(entry.Revision > revision);
        revision = entry.Revision;
        Beat(80);
        Assert.True(entry.Revision > revision);
        revision = entry.Revision;
        Beat(80);
        _fixture.AdvanceSeconds(10);
        Assert.Equal(revision, entry.Revision);
    }

    [Fact]
    public void A_native_subscriber_is_pushed_when_beats_stop_and_when_they_come_back()
    {
        Register(80, ("preserved.heart.beat.interval", "1000"), ("preserved.heart.beat.timeout", "3000"), ("preserved.ip.delete.timeout", "6000"));
        RawClient watcher = _fixture.Connect();
        watcher.Subscribe(1, "s");
        _fixture.AdvanceSeconds(3.1);
        Assert.True(Assert.Single(watcher.Read().Pushed.Instances) is { HasHealthy: true, Healthy: false });
        Beat(80);
        _fixture.Pump();
        Assert.False(Assert.Single(watcher.Read().Pushed.Instances).HasHealthy);
        _fixture.AdvanceSeconds(3.1);
        Assert.True(Assert.Single(watcher.Read().Pushed.Instances) is { HasHealthy: true, Healthy: false });
        _fixture.AdvanceSeconds(3);
        Assert.Empty(watcher.Read().Pushed.Instances);
        Assert.Null(watcher.TryRead());
    }

    [Fact]
    public void A_silent_double_of_a_native_instance_waits_behind_it_whatever_its_health()
    {
        Register(80);
        RegistryClient native = Make.Client();
        _fixture.Registry.Register(native, "s", Make.Instance(80));
        long revision = _fixture.Registry.Find()!.Revision;
        _fixture.AdvanceSeconds(60);
        Assert.Equal(["80 healthy"], Listed());
        Assert.Equal(revision, _fixture.Registry.Find()!.Revision);
        _fixture.Registry.Release(native);
        Assert.Empty(Listed());
    }

    [Fact]
    public void Another_cluster_replaces_and_has_one_time_of_its_own()
    {
        Register(80);
        _fixture.AdvanceSeconds(10);
        _clients.Register(Make.Key(), Make.Instance(80, cluster: "east"));
        _fixture.AdvanceSeconds(10);
        Assert.Equal(["80 healthy"], Listed());
        Assert.Equal(1, _clients.InstanceCount);
        _fixture.AdvanceSeconds(21);
        AssertNothingHeld();
    }

    [Fact]
    public void Beats_of_random_instances_lose_nobody_and_keep_nobody()
    {
        Random random = new(4711);
        Dictionary<int, double> lastBeat = [];
        double now = 0;
        for (int step = 0; step < 400; step++)
        {
            int port = random.Next(1, 40);
            switch (lastBeat.TryGetValue(port, out double lastAt) && IsNear(now - lastAt, 30) ? -1 : random.Next(4))
            {
                case 0:
                    Register(port);
                    lastBeat[port] = now;
                    break;
                case 1 when random.Next(5) == 0:
                    _clients.Deregister(Make.Key(), Ip, port);
                    lastBeat.Remove(port);
                    break;
                case -1:
                    // Alive or not is a matter of milliseconds.
                    break;
                default:
                    Assert.Equal(lastBeat.ContainsKey(port), Beat(port));
                    if (lastBeat.ContainsKey(port))
                    {
                        lastBeat[port] = now;
                    }

                    break;
            }

            // Never near an edge: half steps of seconds, deadlines at whole ones.
            double seconds = random.Next(0, 4);
            _fixture.AdvanceSeconds(seconds);
            now += seconds;
            foreach ((int silent, double at) in lastBeat.ToArray())
            {
                if (now - at >= 30)
                {
                    lastBeat.Remove(silent);
                }
            }

            _fixture.AdvanceSeconds(0.25);
            now += 0.25;
            string[] expected = [.. lastBeat.Select(pair => $"{pair.Key} {(now - pair.Value > 15 ? "unhealthy" : "healthy")}").Order(StringComparer.Ordinal)];
            Dictionary<int, double> unclear = lastBeat.Where(pair => IsNear(now - pair.Value, 15) || IsNear(now - pair.Value, 30)).ToDictionary();
            if (unclear.Count == 0)
            {
                Assert.Equal(expected, Listed());
            }
        }

        _fixture.AdvanceSeconds(31);
        Assert.Empty(Listed());
        AssertNothingHeld();
    }

    private static bool IsNear(double age, double edge) => Math.Abs(age - edge) < 0.5;

    private void Register(int port, params (string Key, string Value)[] metadata) => Register(port, "s", metadata);

    private void Register(int port, string service, params (string Key, string Value)[] metadata)
    {
        Instance instance = Instance.Create(
            new InstanceIdentity(Instance.DefaultCluster, Ip, port), metadata: [.. metadata.Select(static pair => KeyValuePair.Create(pair.Key, pair.Value))]);
        Assert.Null(_clients.Register(Make.Key(service), instance));
    }

    private bool Beat(int port, string service = "s") =>
        _clients.TryFind(InstanceKeyText.Of(Make.Key(service), Ip, port), out BeatingInstance? beating) && beating.TryBeat();

    private string[] Listed(string service = "s") => _fixture.Registry.Find(service) is { } entry
        ? [.. entry.GetSnapshot().Instances.ToArray()
            .Select(static instance => $"{instance.Identity.Port.ToString(CultureInfo.InvariantCulture)} {(instance.Healthy ? "healthy" : "unhealthy")}")
            .Order(StringComparer.Ordinal)]
        : [];

    private void AssertNothingHeld()
    {
        Assert.Equal(0, _clients.Count);
        Assert.Equal(0, _clients.InstanceCount);
        _fixture.AssertNothingHeld();
    }
}
