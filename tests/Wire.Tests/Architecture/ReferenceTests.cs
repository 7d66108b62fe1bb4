using FastRegistry.Wire.Framing;

namespace FastRegistry.Wire.Tests.Architecture;

public sealed class ReferenceTests
{
    [Fact]
    public void Wire_knows_neither_server_nor_client()
    {
        string[] own = [.. typeof(FrameHeader).Assembly.GetReferencedAssemblies()
            .Select(name => name.Name!)
            .Where(name => name.StartsWith("FastRegistry", StringComparison.Ordinal))];
        Assert.Empty(own);
    }
}
