using FastRegistry.Registry.Push;

namespace FastRegistry.Registry.Tests.Push;

/// <summary>The rule of the window alone, with fan-outs that take time, which the pumped node does not have.</summary>
public sealed class MergeWindowRuleTests
{
    private static readonly MergeLimits Limits = new PushOptions().MergeLimits;

    private MergeWindow _window;
    private long _now = 10_000;
    private int _changes;

    [Fact]
    public void A_fan_out_that_is_not_short_is_followed_by_as_much_rest()
    {
        // 10,000 subscribers: 150 ms. What is allowed at once is used up by the first.
        PushFor(150);
        Assert.Equal(_now + 150 - ((MergeWindow.AllowedAtOnce - 1) * 10), _window.OpenAt);
        long first = _now;
        for (int i = 0; i < 20; i++)
        {
            _now = _window.OpenAt;
            PushFor(150);
        }

        // Half of the time, and no more than the allowance beyond that.
        Assert.InRange(_now - first, 20 * 300 - 80, 20 * 300);
    }

    [Fact]
    public void A_short_fan_out_costs_nobody_a_wait()
    {
        for (int i = 0; i < 100; i++)
        {
            PushFor(3);
            Assert.True(_window.OpenAt <= _now + 17);
            _now += 17;
        }
    }

    [Fact]
    public void The_rest_after_the_longest_fan_out_is_no_longer_than_the_longest_window()
    {
        for (int i = 0; i < 5; i++)
        {
            PushFor(3_000);
            Assert.InRange(_window.OpenAt - _now, 0, 500);
            _now = Math.Max(_now, _window.OpenAt);
        }
    }

    [Fact]
    public void One_setting_for_both_ends_is_a_fixed_window()
    {
        PushOptions options = new() { MergeWindowMinimum = TimeSpan.FromMilliseconds(50), MergeWindowMaximum = TimeSpan.FromMilliseconds(50) };
        for (int i = 0; i < 100; i++)
        {
            _window.Pushed(_now, _now, waited: true, _changes += 1_000, options.MergeLimits);
            Assert.Equal(50, _window.Milliseconds);
            _now = Math.Max(_now, _window.OpenAt);
        }

        Assert.InRange(_now, 10_000 + (92 * 50), 10_000 + (100 * 50));
    }

    private void PushFor(int milliseconds)
    {
        _window.Pushed(_now, _now + milliseconds, waited: _window.OpenAt > 0, ++_changes, Limits);
        _now += milliseconds;
    }
}
