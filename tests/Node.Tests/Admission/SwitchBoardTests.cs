using FastRegistry.Node.Admission;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Admission;

public sealed class SwitchBoardTests
{
    private readonly TestLog _log = new();
    private readonly SwitchBoard _board;

    public SwitchBoardTests() => _board = new SwitchBoard(new Switches(), _log);

    [Fact]
    public void Defaults_are_those_of_Nacos()
    {
        Switches switches = _board.Current;
        Assert.True(switches is
        {
            PushEnabled: true,
            HealthCheckEnabled: true,
            DefaultInstanceEphemeral: true,
            ClientBeatIntervalMilliseconds: 5_000,
            DefaultPushCacheMilliseconds: 10_000,
            DefaultCacheMilliseconds: 3_000,
            LightBeatEnabled: true,
            DistroEnabled: true,
            CheckTimes: 3,
            LimitedUrls: [],
            OverriddenServerStatus: null,
        });
        Assert.All(SwitchEntries.All, entry => Assert.Null(entry.FindBrokenRule(switches)));
    }

    [Theory]
    [InlineData("pushEnabled", "pushEnabled")]
    [InlineData("check", "healthCheckEnabled")]
    [InlineData("defaultInstanceEphemeral", "defaultInstanceEphemeral")]
    [InlineData("lightBeatEnabled", "lightBeatEnabled")]
    [InlineData("distro", "distroEnabled")]
    public void A_flag_takes_the_words_of_Nacos_under_both_of_its_names(string name, string documentName)
    {
        foreach (string entry in new[] { name, documentName })
        {
            foreach (string word in new[] { "false", "OFF", "no", "f", "N" })
            {
                Assert.True(_board.TryUpdate(entry, "true", out _));
                Assert.True(_board.TryUpdate(entry, word, out _));
                Assert.NotEqual(new Switches(), _board.Current);
            }

            foreach (string word in new[] { "true", " On ", "YES", "t", "y" })
            {
                Assert.True(_board.TryUpdate(entry, "false", out _));
                Assert.True(_board.TryUpdate(entry, word, out _));
                Assert.Equal(new Switches(), _board.Current);
            }

            foreach (string word in new[] { "", "treu", "1", "null" })
            {
                Assert.False(_board.TryUpdate(entry, word, out string? error));
                Assert.Equal($"{entry} must be true or false", error);
            }
        }
    }

    [Theory]
    [InlineData("clientBeatInterval", "clientBeatInterval", 1_000, 86_400_000)]
    [InlineData("pushCacheMillis", "defaultPushCacheMillis", 10_000, 86_400_000)]
    [InlineData("defaultCacheMillis", "defaultCacheMillis", 1_000, 86_400_000)]
    [InlineData("healthCheckTimes", "checkTimes", 1, 100)]
    public void A_number_keeps_to_its_range_under_both_of_its_names(string name, string documentName, long minimum, long maximum)
    {
        foreach (string entry in new[] { name, documentName })
        {
            Assert.True(_board.TryUpdate(entry, $"{minimum}", out _));
            Switches lowest = _board.Current;
            Assert.True(_board.TryUpdate(entry, $"{maximum}", out _));
            Switches highest = _board.Current;
            Assert.NotEqual(lowest, highest);
            foreach (string value in new[] { $"{minimum - 1}", $"{maximum + 1}", "-1", "", "5s", "1e4", $"{long.MaxValue}", $"{long.MinValue}", "99999999999999999999" })
            {
                Assert.False(_board.TryUpdate(entry, value, out string? error));
                Assert.Equal($"{entry} must be a whole number from {minimum} to {maximum}", error);
                Assert.Same(highest, _board.Current);
            }
        }
    }

    [Fact]
    public void Numbers_land_where_they_belong()
    {
        Update("clientBeatInterval", "6000");
        Update("pushCacheMillis", "11000");
        Update("defaultCacheMillis", "4000");
        Update("healthCheckTimes", "5");
        Assert.Equal(
            new Switches
            {
                ClientBeatIntervalMilliseconds = 6_000,
                DefaultPushCacheMilliseconds = 11_000,
                DefaultCacheMilliseconds = 4_000,
                CheckTimes = 5,
            },
            _board.Current);
    }

    [Theory]
    [InlineData("UP", ServerStatus.Up)]
    [InlineData("DOWN", ServerStatus.Down)]
    [InlineData("STARTING", ServerStatus.Starting)]
    [InlineData("PAUSED", ServerStatus.Paused)]
    [InlineData("READ_ONLY", ServerStatus.ReadOnly)]
    [InlineData("WRITE_ONLY", ServerStatus.WriteOnly)]
    public void A_status_is_overridden_by_its_name_and_freed_by_null(string name, object status)
    {
        Update("overriddenServerStatus", name);
        Assert.Equal((ServerStatus)status, _board.Current.OverriddenServerStatus);
        Assert.Equal(name, ((ServerStatus)status).Name());
        Update("overriddenServerStatus", "null");
        Assert.Null(_board.Current.OverriddenServerStatus);
    }

    [Theory]
    [InlineData("up")]
    [InlineData("1")]
    [InlineData("ReadOnly")]
    public void An_unknown_status_is_refused(string name)
    {
        Assert.False(_board.TryUpdate("overriddenServerStatus", name, out string? error));
        Assert.Equal("overriddenServerStatus must be one of UP, DOWN, STARTING, PAUSED, WRITE_ONLY, READ_ONLY, or null", error);
    }

    [Fact]
    public void Limited_urls_are_pairs_of_prefix_and_status()
    {
        Update("limitedUrlMap", "/nacos/v1/ns/instance/list?serviceName=a:b:503, /x:404");
        Assert.Equal([new LimitedUrl("/nacos/v1/ns/instance/list?serviceName=a:b", 503), new LimitedUrl("/x", 404)], _board.Current.LimitedUrls);
        foreach (string value in new[] { "/x", "/x:", ":404", "/x:many", "/x:-1", "/x:199", "/x:600", "/x:404,/y", string.Join(',', Enumerable.Repeat("/x:404", 101)) })
        {
            Assert.False(_board.TryUpdate("limitedUrlMap", value, out string? error));
            Assert.StartsWith("limitedUrlMap must ", error, StringComparison.Ordinal);
        }

        Assert.Equal(2, _board.Current.LimitedUrls.Length);
        Update("limitedUrlMap", "");
        Assert.Empty(_board.Current.LimitedUrls);
    }

    [Theory]
    [InlineData("PushEnabled")]
    [InlineData("pushenabled")]
    [InlineData("sendBeatOnly")]
    [InlineData("")]
    public void Names_count_by_case_and_an_unknown_one_is_refused_with_those_there_are(string name)
    {
        Assert.False(_board.TryUpdate(name, "false", out string? error));
        Assert.StartsWith($"{name} is no switch; there are pushEnabled, check, ", error, StringComparison.Ordinal);
        Assert.Equal(new Switches(), _board.Current);
    }

    [Fact]
    public void Observers_are_told_after_a_change_and_not_of_one_that_changes_nothing()
    {
        List<(bool Told, bool Current)> seen = [];
        _board.Changed += switches => seen.Add((switches.PushEnabled, _board.Current.PushEnabled));
        Update("pushEnabled", "true");
        Update("pushEnabled", "false");
        Assert.False(_board.TryUpdate("pushEnabled", "perhaps", out _));
        Update("pushEnabled", "true");

        Assert.Equal([(false, false), (true, true)], seen);
    }

    [Fact]
    public void An_observer_that_changes_a_switch_is_told_of_it_afterwards()
    {
        List<int> seen = [];
        _board.Changed += switches =>
        {
            seen.Add(switches.CheckTimes);
            if (switches.CheckTimes < 6)
            {
                Update("checkTimes", $"{switches.CheckTimes + 1}");
                Assert.Equal(switches.CheckTimes, seen[^1]);
            }
        };
        Update("checkTimes", "4");

        Assert.Equal([4, 5, 6], seen);
    }

    [Fact]
    public void An_observer_that_fails_is_logged_and_costs_nobody_else_the_news()
    {
        bool? told = null;
        _board.Changed += static _ => throw new InvalidOperationException("on purpose");
        _board.Changed += switches => told = switches.PushEnabled;
        Update("pushEnabled", "false");

        Assert.False(told);
        Assert.Contains("on purpose", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Updates_of_different_switches_at_once_are_all_kept_and_the_last_word_has_all_of_them()
    {
        const int Rounds = 20_000;
        Switches? last = null;
        int inside = 0;
        int overlaps = 0;
        _board.Changed += switches =>
        {
            overlaps += Interlocked.Increment(ref inside) == 1 ? 0 : 1;
            Thread.SpinWait(20);
            last = switches;
            Interlocked.Decrement(ref inside);
        };
        string[] entries = ["clientBeatInterval", "pushCacheMillis", "defaultCacheMillis"];
        await Together.RunAsync(entries.Length, thread =>
        {
            for (int i = 1; i <= Rounds; i++)
            {
                Update(entries[thread], $"{20_000 + i}");
            }
        });

        Assert.Equal(
            new Switches
            {
                ClientBeatIntervalMilliseconds = 20_000 + Rounds,
                DefaultPushCacheMilliseconds = 20_000 + Rounds,
                DefaultCacheMilliseconds = 20_000 + Rounds,
            },
            _board.Current);
        Assert.Same(_board.Current, last);
        Assert.Equal(0, overlaps);
    }

    private void Update(string name, string value) => Assert.True(_board.TryUpdate(name, value, out string? error), error);
}
