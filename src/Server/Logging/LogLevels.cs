using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace FastRegistry.Server.Logging;

/// <summary>Log levels an operator has set while the node runs. They win over the configuration until it stops.</summary>
/// <remarks>One per host; any thread. The logging of the host asks it for its rules when it starts and after each change. Bounded by the categories there are.</remarks>
internal sealed class LogLevels : IPostConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>, IDisposable
{
    private readonly ConcurrentDictionary<string, LogLevel> _levels = new(StringComparer.Ordinal);
    private CancellationTokenSource _changed = new();

    string IOptionsChangeTokenSource<LoggerFilterOptions>.Name => Options.DefaultName;

    /// <summary>From now on a category, with those below it, logs from a level on.</summary>
    public void Set(string category, LogLevel level)
    {
        _levels[category] = level;

        // Nobody waits for it with a handle: there is nothing to dispose of.
        Interlocked.Exchange(ref _changed, new CancellationTokenSource()).Cancel();
    }

    public void PostConfigure(string? name, LoggerFilterOptions options)
    {
        // A rule for one provider beats those for all, so each provider that has rules gets ours too.
        string?[] providers = [.. options.Rules.Select(static rule => rule.ProviderName).Append(null).Distinct()];
        foreach ((string category, LogLevel level) in _levels)
        {
            foreach (string? provider in providers)
            {
                options.Rules.Add(new LoggerFilterRule(provider, category, level, filter: null));
            }
        }
    }

    public IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    public void Dispose() => _changed.Dispose();
}
