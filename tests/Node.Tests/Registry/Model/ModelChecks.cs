using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Registry.Model;

/// <summary>What must hold: that a reader sees what the model sees, and that nothing is left when everybody has left and every time is over.</summary>
internal static class ModelChecks
{
    public static void AssertSame(ModelView expected, ModelView actual, string what) =>
        Assert.True(expected.Equals(actual), $"{what}\n  expected: {expected}\n  actual: {actual}");

    public static void AssertNothingLeft(NodeFixture node)
    {
        Assert.Equal(0, node.Node.Services.Sessions.Count);
        Assert.Equal(0, node.Node.Services.Clients.Count);
        Assert.Equal(0, node.Registry.PublicationCount);
        Assert.Equal(0, node.Registry.SubscriptionCount);
        Assert.Equal(0, node.Registry.ServiceCount);
        Assert.Equal(0, node.Registry.OverrideCount);
        Assert.Equal(0, node.Resources.Blocks.Rented);
        Assert.Equal(0, node.Resources.Budget.UsedBytes);
        Assert.Equal(node.RestingWheelEntries, node.Wheel.AllocatedEntries);
    }
}
