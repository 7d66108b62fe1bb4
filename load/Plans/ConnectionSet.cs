using System.Net;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Statistics;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Plans;

/// <summary>The connections of one generator: which server and source address each goes to, and those that are open.</summary>
/// <remarks>Owned by a plan. Slots are filled by any number of threads, each by one; reading a slot needs no lock.</remarks>
internal sealed class ConnectionSet : IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ClosePoll = TimeSpan.FromMilliseconds(10);

    private readonly IPEndPoint[] _servers;
    private ITargetConnection?[] _open = [];

    public ConnectionSet(ITarget target, RunSettings settings, GeneratorShare share)
    {
        Target = target;
        Settings = settings;
        Share = share;
        _servers = [.. settings.Servers.Select(static server => IPEndPoint.Parse(server.Load))];
    }

    public ITarget Target { get; }

    public RunSettings Settings { get; }

    public GeneratorShare Share { get; }

    public IReadOnlyList<FailureCount> Losses => Target.Statistics.Losses.ToList();

    /// <summary>Slots, open or not.</summary>
    public int Count => _open.Length;

    /// <exception cref="InvalidOperationException">It is not open.</exception>
    public ITargetConnection this[int index] => _open[index] ?? throw new InvalidOperationException($"connection {index} is not open");

    /// <summary>The connection of a slot, or null.</summary>
    public ITargetConnection? Find(int index) => _open[index];

    /// <summary>Number of the server a slot's connection goes to.</summary>
    public int ServerOf(int index) => (int)(Number(index) % _servers.Length);

    /// <summary>Makes room for slots; those there are stay.</summary>
    public void Resize(int count) => Array.Resize(ref _open, count);

    /// <summary>Opens one connection and keeps it in its slot.</summary>
    /// <exception cref="TargetException">It did not work.</exception>
    public async Task OpenAsync(int index, CancellationToken cancellationToken) =>
        _open[index] = await ConnectAsync(index, cancellationToken).ConfigureAwait(false);

    /// <summary>Opens a connection that is the caller's.</summary>
    /// <exception cref="TargetException">It did not work.</exception>
    public async Task<ITargetConnection> ConnectAsync(long index, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(Settings.SetupTimeoutSeconds));
        long number = Number(index);
        try
        {
            return await Target.ConnectAsync(_servers[number % _servers.Length], SourceOf(number), timeout.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is OperationCanceledException or TargetException && timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TargetException("set-up: timed out");
        }
    }

    /// <summary>Opens every slot from <paramref name="first"/> on, a bounded number at a time; all must succeed.</summary>
    /// <exception cref="CannotRunException">One did not.</exception>
    public async Task OpenRestAsync(int first, CancellationToken cancellationToken)
    {
        ParallelOptions options = new() { MaxDegreeOfParallelism = Settings.Concurrency, CancellationToken = cancellationToken };
        try
        {
            await Parallel.ForAsync(first, Count, options, async (index, stop) => await OpenAsync(index, stop).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (TargetException reason)
        {
            throw new CannotRunException($"the connections of this scenario cannot be opened: {reason.Message}");
        }
    }

    /// <summary>Leaves with all and waits until the servers have closed; the rest is aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        ParallelOptions options = new() { MaxDegreeOfParallelism = Settings.Concurrency };
        await Parallel.ForEachAsync(_open, options, static (connection, _) => connection?.LeaveAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
        for (TimeSpan waited = TimeSpan.Zero; Target.Statistics.Open > 0 && waited < CloseTimeout; waited += ClosePoll)
        {
            await Task.Delay(ClosePoll).ConfigureAwait(false);
        }

        foreach (ITargetConnection? connection in _open)
        {
            connection?.Abort();
        }

        await Target.DisposeAsync().ConfigureAwait(false);
    }

    // Generators take numbers in turns, so that each has connections to every server and from every source address.
    private long Number(long index) => (index * Share.Count) + Share.Index;

    private IPAddress? SourceOf(long number) =>
        Settings.Sources == 0 ? null : new IPAddress([127, 0, 0, (byte)(2 + (number / _servers.Length % Settings.Sources))]);
}
