using FastRegistry.Node.Observability;

namespace FastRegistry.Node.Admission;

/// <summary>Defines the counters of the control points, one name per point. They count only while a point has a rule.</summary>
internal static class RateLimitMetrics
{
    public static void Define(RateLimiter limiter, RegistryMetrics metrics)
    {
        foreach (RateLimitPoint point in limiter.Points)
        {
            string prefix = $"fastregistry_rate_limit_{SnakeCase(point.Point.ToString())}";
            metrics.Counter($"{prefix}_passed_total", $"Calls of {point.Point} that passed its rate limit.", () => point.Passed);
            metrics.Counter($"{prefix}_refused_total", $"Calls of {point.Point} that its rate limit refused.", () => point.Refused);
            metrics.Counter($"{prefix}_beyond_total", $"Calls of {point.Point} beyond its rate limit, refused or only noted.", () => point.Beyond);
        }
    }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select(static (character, i) => i > 0 && char.IsUpper(character) ? $"_{char.ToLowerInvariant(character)}" : char.ToLowerInvariant(character).ToString()));
}
