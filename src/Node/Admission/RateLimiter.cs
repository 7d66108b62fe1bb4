using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Node.Admission;

/// <summary>Limits how often operations of a kind are called on this node, over all its connections, as Nacos does: not per connection, not per cluster.</summary>
/// <remarks>One per node; any thread. First rules come from section <c>RateLimits</c>; <see cref="TrySet"/> changes them while the node runs and until it ends.</remarks>
internal sealed class RateLimiter
{
    public RateLimiter(IReadOnlyDictionary<ControlPoint, RateLimitRule> rules, TimeProvider timeProvider, ILogger log)
    {
        Points = [.. Enum.GetValues<ControlPoint>().Select(point => new RateLimitPoint(point, timeProvider, log))];
        foreach ((ControlPoint point, RateLimitRule rule) in rules)
        {
            Points[(int)point].Set(rule);
        }
    }

    /// <summary>Every control point, in the order of its number.</summary>
    public ImmutableArray<RateLimitPoint> Points { get; }

    public RateLimitPoint this[ControlPoint point] => Points[(int)point];

    /// <summary>Counts one call; an error when it is refused.</summary>
    public RequestError? Count(ControlPoint point) => Points[(int)point].Count();

    /// <summary>Gives a point a rule, from now on.</summary>
    /// <param name="point">The point.</param>
    /// <param name="rule">The rule; one without a maximum takes the limit away.</param>
    /// <param name="error">One line that names the setting and its rule, when false is returned.</param>
    public bool TrySet(ControlPoint point, RateLimitRule rule, [NotNullWhen(false)] out string? error)
    {
        error = rule.FindBrokenRule(point) is { } broken ? $"RateLimits:{point}:{broken.Member} {broken.Rule}" : null;
        if (error is not null)
        {
            return false;
        }

        this[point].Set(rule);
        return true;
    }
}
