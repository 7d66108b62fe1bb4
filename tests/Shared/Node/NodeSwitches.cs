using FastRegistry.Node.Admission;
using FastRegistry.Node.Hosting;

namespace FastRegistry.Tests;

/// <summary>What an operator does to a node, in short form.</summary>
internal static class NodeSwitches
{
    public static void Switch(this RegistryNode node, string name, string value) => Assert.True(node.Switches.TryUpdate(name, value, out string? error), error);

    public static void Limit(this RegistryNode node, ControlPoint point, int maximum, RateLimitType type = RateLimitType.Intercept) =>
        Assert.True(node.RateLimits.TrySet(point, new RateLimitRule { Maximum = maximum, Type = type }, out string? error), error);
}
