using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace FastRegistry.Client.Connecting;

/// <summary>Raises state changes on a task of its own. Posted under a lock by the connection loop; one per client, ends with it.</summary>
/// <remarks>Bound: 64 changes that no handler has taken; beyond it the oldest is dropped.</remarks>
internal sealed class StateNotifier
{
    private const int MaximumWaiting = 64;

    private readonly Channel<ConnectionStateChangedEventArgs> _changes = Channel.CreateBounded<ConnectionStateChangedEventArgs>(
        new BoundedChannelOptions(MaximumWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly ILogger _logger;

    public StateNotifier(ILogger logger) => _logger = logger;

    public void Post(ConnectionStateChangedEventArgs change)
    {
        if (_changes.Writer.TryWrite(change) && change.Current == ConnectionState.Disposed)
        {
            _changes.Writer.TryComplete();
        }
    }

    /// <summary>Runs until the change to <see cref="ConnectionState.Disposed"/> has been raised.</summary>
    public async Task RunAsync(Action<ConnectionStateChangedEventArgs> raise)
    {
        await foreach (ConnectionStateChangedEventArgs change in _changes.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                raise(change);
            }
#pragma warning disable CA1031 // User code: whatever it throws must not end the notifications.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                _logger.StateHandlerFailed(fault);
            }
        }
    }
}
