using System.Net.Sockets;
using FastRegistry.Tests;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Sockets;

namespace FastRegistry.Wire.Tests.Transport.Sockets;

public sealed class AcceptLoopTests
{
    private readonly VirtualTimeProvider _time = new();
    private readonly RecordingObserver _observer = new();
    private readonly Queue<object> _script = new();
    private readonly List<int> _accepted = [];

    [Theory]
    [InlineData(SocketError.ConnectionReset)]
    [InlineData(SocketError.ConnectionAborted)]
    [InlineData(SocketError.ProtocolOption)]
    public async Task A_connection_lost_before_it_was_accepted_costs_no_time(SocketError error)
    {
        Script(error, 1, error, 2, SocketError.NotSocket);
        await RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1, 2], _accepted);
        Assert.Equal([(AcceptErrorTier.Transient, error, 0.0), (AcceptErrorTier.Transient, error, 0.0)], _observer.Failures);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task Shortage_backs_off_from_100_ms_doubling_to_5_s_and_a_success_resets_it()
    {
        SocketError shortage = SocketError.TooManyOpenSockets;
        Script([.. Enumerable.Repeat<object>(shortage, 8), 1, shortage, 2, SocketError.NotSocket]);
        Task loop = RunAsync(TestContext.Current.CancellationToken);
        double[] expected = [100, 200, 400, 800, 1600, 3200, 5000, 5000, 100];
        foreach (double wait in expected)
        {
            Eventually.True(() => _time.NextTimer is not null);
            Assert.Equal(wait, _time.NextTimer!.Value.TotalMilliseconds);
            _time.Advance(TimeSpan.FromMilliseconds(wait - 1));
            Assert.Equal(1, _time.ArmedTimers);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await loop.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1, 2], _accepted);
        Assert.Equal(expected, _observer.Failures.Select(failure => failure.Milliseconds));
        Assert.All(_observer.Failures, failure => Assert.Equal(AcceptErrorTier.ResourcePressure, failure.Tier));
    }

    [Fact]
    public async Task An_unknown_error_counts_as_shortage()
    {
        Script(SocketError.VersionNotSupported, SocketError.NotSocket);
        Task loop = RunAsync(TestContext.Current.CancellationToken);
        Eventually.True(() => _time.ArmedTimers == 1);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await loop.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(AcceptErrorTier.ResourcePressure, Assert.Single(_observer.Failures).Tier);
    }

    [Theory]
    [InlineData(SocketError.NotSocket)]
    [InlineData(SocketError.InvalidArgument)]
    public async Task An_unusable_listener_ends_the_loop_and_tells_the_observer(SocketError error)
    {
        Script(1, error);
        await RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(error, _observer.Ended);
        Assert.Empty(_observer.Failures);
    }

    [Fact]
    public async Task Cancellation_ends_a_waiting_accept_without_an_error()
    {
        using CancellationTokenSource stop = new();
        Task loop = RunAsync(stop.Token);
        Assert.False(loop.IsCompleted);
        await stop.CancelAsync();
        await loop.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Null(_observer.Ended);
    }

    [Fact]
    public async Task Cancellation_ends_a_back_off()
    {
        using CancellationTokenSource stop = new();
        Script(SocketError.NoBufferSpaceAvailable);
        Task loop = RunAsync(stop.Token);
        Eventually.True(() => _time.ArmedTimers == 1);
        await stop.CancelAsync();
        await loop.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Null(_observer.Ended);
    }

    private void Script(params object[] steps)
    {
        foreach (object step in steps)
        {
            _script.Enqueue(step);
        }
    }

    private Task RunAsync(CancellationToken stop) =>
        new AcceptLoop<int>(NextAsync, _accepted.Add, _observer, new SocketTransportOptions(), _time).RunAsync(stop);

    private async ValueTask<int> NextAsync(CancellationToken cancellationToken)
    {
        if (!_script.TryDequeue(out object? step))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        return step is SocketError error ? throw new SocketException((int)error) : (int)step!;
    }
}
