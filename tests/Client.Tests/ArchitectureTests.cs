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

    [Fact]
    public void Public_types_are_in_the_namespace_of_the_client_whatever_their_folder()
    {
        string[] elsewhere = [.. typeof(NamingClient).Assembly.GetExportedTypes()
            .Where(static type => type.Namespace != typeof(NamingClient).Namespace)
            .Select(static type => type.FullName!)];

        Assert.Equal(["Microsoft.Extensions.DependencyInjection.FastRegistryServiceCollectionExtensions"], elsewhere);
    }
}
