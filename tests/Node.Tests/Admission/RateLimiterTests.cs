using FastRegistry.Node.Admission;
using FastRegistry.Registry.Rules;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Tests.Admission;

public sealed class RateLimiterTests
{
    private readonly VirtualTimeProvider _time = new();
    private readonly TestLog _log = new();

    [Fact]
    public void Without_a_rule_everything_passes_and_nothing_is_counted()
    {
        RateLimiter limiter = NewLimiter();
        foreach (ControlPoint point in Enum.GetValues<ControlPoint>())
        {
            Assert.All(Enumerable.Range(0, 100), _ => Assert.Null(limiter.Count(point)));
            Assert.Equal(point, limiter[point].Point);
            Assert.Equal(RateLimitRule.Unlimited, limiter[point].Rule.Maximum);
            AssertCounted(limiter, point, passed: 0, refused: 0, beyond: 0);
        }

        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void An_intercepting_rule_refuses_with_a_retryable_error_that_names_it_and_says_when_to_come_back()
    {
        RateLimiter limiter = NewLimiter();
        Set(limiter, ControlPoint.Query, 2, RateLimitType.Intercept);
        _time.Advance(TimeSpan.FromMilliseconds(300.5));
        Assert.Null(limiter.Count(ControlPoint.Query));
        Assert.Null(limiter.Count(ControlPoint.Query));
        RequestError error = limiter.Count(ControlPoint.Query)!;

        Assert.Equal((ErrorCode.Overloaded, true), (error.Code, error.Retryable));
        Assert.Equal("RateLimits:Query allows 2 calls per second on this node", error.Text);
        Assert.Equal(TimeSpan.FromMilliseconds(700), error.RetryAfter);
        AssertCounted(limiter, ControlPoint.Query, passed: 2, refused: 1, beyond: 1);
        _time.Advance(error.RetryAfter);
        Assert.Null(limiter.Count(ControlPoint.Query));
    }

    [Fact]
    public void A_monitoring_rule_lets_everything_pass_and_counts_what_was_beyond()
    {
        RateLimiter limiter = NewLimiter();
        Set(limiter, ControlPoint.Register, 2, RateLimitType.Monitor);
        Assert.All(Enumerable.Range(0, 10), _ => Assert.Null(limiter.Count(ControlPoint.Register)));
        AssertCounted(limiter, ControlPoint.Register, passed: 10, refused: 0, beyond: 8);
    }

    [Theory]
    [InlineData(RateLimitType.Monitor)]
    [InlineData(RateLimitType.Intercept)]
    public void The_log_has_one_line_for_each_window_in_which_a_limit_was_reached(object type)
    {
        RateLimiter limiter = NewLimiter();
        Set(limiter, ControlPoint.Subscribe, 1, (RateLimitType)type);
        for (int window = 0; window < 3; window++)
        {
            for (int call = 0; call < 50; call++)
            {
                limiter.Count(ControlPoint.Subscribe);
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }

        limiter.Count(ControlPoint.Subscribe);
        Assert.Equal(3, _log.Lines.Count);
        Assert.All(_log.Lines, line => Assert.Contains($"RateLimits:Subscribe: more than 1 calls within a Second ({type})", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Points_do_not_share_their_calls()
    {
        RateLimiter limiter = NewLimiter();
        Set(limiter, ControlPoint.Query, 1, RateLimitType.Intercept);
        Set(limiter, ControlPoint.Register, 1, RateLimitType.Intercept);
        Assert.Null(limiter.Count(ControlPoint.Query));
        Assert.NotNull(limiter.Count(ControlPoint.Query));
        Assert.Null(limiter.Count(ControlPoint.Register));
        Assert.Null(limiter.Count(ControlPoint.ListServices));
    }

    [Fact]
    public void A_new_rule_counts_at_once_and_taking_it_away_keeps_the_counters()
    {
        RateLimiter limiter = NewLimiter();
        Set(limiter, ControlPoint.Query, 1, RateLimitType.Intercept);
        limiter.Count(ControlPoint.Query);
        Assert.NotNull(limiter.Count(ControlPoint.Query));
        Set(limiter, ControlPoint.Query, 2, RateLimitType.Intercept);
        Assert.Null(limiter.Count(ControlPoint.Query));
        Assert.Equal(2, limiter[ControlPoint.Query].Rule.Maximum);
        Set(limiter, ControlPoint.Query, RateLimitRule.Unlimited, RateLimitType.Intercept);
        Assert.All(Enumerable.Range(0, 10), _ => Assert.Null(limiter.Count(ControlPoint.Query)));
        AssertCounted(limiter, ControlPoint.Query, passed: 2, refused: 1, beyond: 1);
    }

    [Fact]
    public void A_rule_that_is_wrong_is_refused_in_one_line_and_the_one_before_stays()
    {
        RateLimiter limiter = NewLimiter();
        Set(limiter, ControlPoint.Query, 1, RateLimitType.Intercept);
        AssertWrong(limiter, ControlPoint.Query, new RateLimitRule { Maximum = -2 }, "RateLimits:Query:Maximum must be between 0 and 1000000000, or -1 for no limit");
        AssertWrong(limiter, ControlPoint.Query, new RateLimitRule { Maximum = 1_000_000_001 }, "RateLimits:Query:Maximum must be between 0 and 1000000000, or -1 for no limit");
        AssertWrong(limiter, ControlPoint.Query, new RateLimitRule { Maximum = 1, Period = (RateLimitPeriod)7 }, "RateLimits:Query:Period must be Second or Minute");
        AssertWrong(limiter, ControlPoint.Query, new RateLimitRule { Maximum = 1, Type = (RateLimitType)7 }, "RateLimits:Query:Type must be Monitor or Intercept");
        AssertWrong(
            limiter,
            ControlPoint.HealthCheck,
            new RateLimitRule { Maximum = 1, Type = RateLimitType.Intercept },
            "RateLimits:HealthCheck:Type must be Monitor: a client whose heartbeat is refused takes the connection for lost");
        Assert.Equal(1, limiter[ControlPoint.Query].Rule.Maximum);
        Assert.Equal(RateLimitRule.Unlimited, limiter[ControlPoint.HealthCheck].Rule.Maximum);
    }

    private static void AssertWrong(RateLimiter limiter, ControlPoint point, RateLimitRule rule, string expected)
    {
        Assert.False(limiter.TrySet(point, rule, out string? error));
        Assert.Equal(expected, error);
    }

    private static void AssertCounted(RateLimiter limiter, ControlPoint point, long passed, long refused, long beyond) =>
        Assert.Equal((passed, refused, beyond), (limiter[point].Passed, limiter[point].Refused, limiter[point].Beyond));

    private static void Set(RateLimiter limiter, ControlPoint point, int maximum, RateLimitType type) =>
        Assert.True(limiter.TrySet(point, new RateLimitRule { Maximum = maximum, Type = type }, out string? error), error);

    private RateLimiter NewLimiter() => new(new Dictionary<ControlPoint, RateLimitRule>(), _time, _log);
}
