namespace FastRegistry.Client.Tests;

public sealed class ArchitectureTests
{
    [Fact]
    public void Client_knows_the_wire_and_no_other_part_of_the_product()
    {
        string[] parts = [.. typeof(NamingClient).Assembly.GetReferencedAssemblies()
            .Select(static assembly => assembly.Name!)
            .Where(static name => name.StartsWith("FastRegistry", StringComparison.Ordinal))];

        Assert.Equal(["FastRegistry.Wire"], parts);
    }
}
