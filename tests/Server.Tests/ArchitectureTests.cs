using FastRegistry.Node.Hosting;

namespace FastRegistry.Server.Tests;

public sealed class ArchitectureTests
{
    [Fact]
    public void Server_knows_the_wire_and_no_other_part_of_the_product()
    {
        string[] parts = [.. typeof(RegistryNode).Assembly.GetReferencedAssemblies()
            .Select(static assembly => assembly.Name!)
            .Where(static name => name.StartsWith("FastRegistry", StringComparison.Ordinal))];

        Assert.Equal(["FastRegistry.Wire"], parts);
    }
}
