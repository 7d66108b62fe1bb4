using FastRegistry.Node.Admission;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Admission;

public sealed class RateLimitWindowTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly VirtualTimeProvider _time = new();

    [Fact]
    public void The_maximum_is_within_and_the_next_call_is_the_first_beyond()
    {
        RateLimitWindow window = NewWindow(3);
        Assert.Equal(
            [RateLimitVerdict.Within, RateLimitVerdict.Within, RateLimitVerdict.Within, RateLimitVerdict.FirstBeyond, RateLimitVerdict.Beyond, RateLimitVerdict.Beyond],
            Count(window, 6));
    }

    [Theory]
    [InlineData(RateLimitPeriod.Second, 1)]
    [InlineData(RateLimitPeriod.Minute, 60)]
    public void A_window_lasts_to_its_last_tick_and_the_next_begins_with_the_one_after(object period, int seconds)
    {
        RateLimitWindow window = NewWindow(1, (RateLimitPeriod)period);
        TimeSpan length = TimeSpan.FromSeconds(seconds);
        Assert.Equal(length, window.Rest);
        Assert.Equal(RateLimitVerdict.Within, window.Count());
        _time.Advance(length - Tick);
        Assert.Equal(RateLimitVerdict.FirstBeyond, window.Count());
        Assert.Equal(Tick, window.Rest);
        _time.Advance(Tick);
        Assert.Equal(length, window.Rest);
        Assert.Equal([RateLimitVerdict.Within, RateLimitVerdict.FirstBeyond], Count(window, 2));
    }

    [Fact]
    public void Refused_calls_consume_nothing_of_the_windows_to_come()
    {
        RateLimitWindow window = NewWindow(2);
        Count(window, 1_000);
        _time.Advance(Second);
        Assert.Equal([RateLimitVerdict.Within, RateLimitVerdict.Within, RateLimitVerdict.FirstBeyond], Count(window, 3));
    }

    [Fact]
    public void A_client_that_never_stops_asking_still_gets_its_share_of_every_window()
    {
        RateLimitWindow window = NewWindow(5);
        int within = 0;
        for (int step = 0; step < 1_000; step++)
        {
            within += Count(window, 3).Count(static verdict => verdict == RateLimitVerdict.Within);
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(10 * 5, within);
    }

    [Fact]
    public void Around_an_edge_twice_the_maximum_passes_and_no_more()
    {
        RateLimitWindow window = NewWindow(4);
        _time.Advance(Second - Tick);
        Assert.Equal(4, Count(window, 10).Count(static verdict => verdict == RateLimitVerdict.Within));
        _time.Advance(Tick);
        Assert.Equal(4, Count(window, 10).Count(static verdict => verdict == RateLimitVerdict.Within));
        _time.Advance(Second - Tick);
        Assert.Equal(RateLimitVerdict.Beyond, window.Count());
    }

    [Fact]
    public void Windows_without_calls_leave_nothing_behind()
    {
        RateLimitWindow window = NewWindow(1);
        window.Count();
        _time.Advance(TimeSpan.FromDays(365));
        Assert.Equal([RateLimitVerdict.Within, RateLimitVerdict.FirstBeyond], Count(window, 2));
    }

    [Fact]
    public void A_maximum_of_zero_lets_nothing_pass()
    {
        RateLimitWindow window = NewWindow(0);
        Assert.Equal([RateLimitVerdict.FirstBeyond, RateLimitVerdict.Beyond], Count(window, 2));
    }

    [Fact]
    public async Task Threads_at_once_get_exactly_the_maximum_and_one_of_them_is_the_first_beyond()
    {
        const int Threads = 4;
        const int Calls = 2_000_000;
        const int Maximum = Threads * Calls / 2;
        RateLimitWindow window = NewWindow(Maximum);
        int within = 0;
        int first = 0;
        await Together.RunAsync(Threads, _ =>
        {
            int ownWithin = 0;
            for (int i = 0; i < Calls; i++)
            {
                RateLimitVerdict verdict = window.Count();
                ownWithin += verdict == RateLimitVerdict.Within ? 1 : 0;
                if (verdict == RateLimitVerdict.FirstBeyond)
                {
                    Interlocked.Increment(ref first);
                }
            }

            Interlocked.Add(ref within, ownWithin);
        });

        Assert.Equal((Maximum, 1), (within, first));
    }

    [Fact]
    public async Task Threads_at_once_get_exactly_the_maximum_of_every_window_while_time_goes_on()
    {
        const int Maximum = 2_000;
        const int Windows = 300;
        RateLimitWindow window = NewWindow(Maximum);
        int within = 0;
        int reached = 0;
        await Together.RunAsync(3, thread =>
        {
            // The first thread turns the clock whenever the window it is in is full.
            while (Volatile.Read(ref reached) < Windows)
            {
                RateLimitVerdict verdict = window.Count();
                if (verdict == RateLimitVerdict.Within)
                {
                    Interlocked.Increment(ref within);
                }
                else if (thread == 0 && ++reached < Windows)
                {
                    _time.Advance(Second);
                }
            }
        });

        Assert.Equal(Windows * Maximum, within);
    }

    [Fact]
    public void A_thread_that_read_the_clock_long_ago_counts_in_the_window_the_others_have_reached()
    {
        SettableTimeProvider clock = new();
        RateLimitWindow window = new(new RateLimitRule { Maximum = 2 }, clock);
        clock.Timestamp = (3 * clock.TimestampFrequency) + 1;
        Assert.Equal(RateLimitVerdict.Within, window.Count());
        clock.Timestamp = clock.TimestampFrequency;
        Assert.Equal(RateLimitVerdict.Within, window.Count());
        clock.Timestamp = 3 * clock.TimestampFrequency;
        Assert.Equal(RateLimitVerdict.FirstBeyond, window.Count());
    }

    private RateLimitWindow NewWindow(int maximum, RateLimitPeriod period = RateLimitPeriod.Second) =>
        new(new RateLimitRule { Maximum = maximum, Period = period }, _time);

    private static RateLimitVerdict[] Count(RateLimitWindow window, int calls) => [.. Enumerable.Range(0, calls).Select(_ => window.Count())];
}
