using Mono.Cecil;

namespace FastRegistry.Architecture.Tests;

/// <summary>Holds which project may know which: Wire, Registry, Node, Server stand on each other, and the client stands on Wire alone.</summary>
public sealed class ProjectReferenceTests
{
    public static TheoryData<string, string[]> Allowed => new()
    {
        { "Wire", [] },
        { "Registry", ["Wire"] },
        { "Node", ["Registry", "Wire"] },
        { "Server", ["Node", "Registry", "Wire"] },
        { "Client", ["Wire"] },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void A_project_knows_only_those_below_it(string name, string[] allowed)
    {
        SourceProject project = SourceProject.Open(name);
        Assert.Empty(project.ProjectReferences.Except(allowed));
        Assert.Empty(project.CompiledReferences.Except(allowed));
    }

    [Fact]
    public void Every_project_is_looked_at() =>
        Assert.Equal(SourceProject.Names.Order(StringComparer.Ordinal), Allowed.Select(static row => row.Data.Item1).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("Wire", "Microsoft.AspNetCore")]
    [InlineData("Registry", "Microsoft.AspNetCore")]
    [InlineData("Registry", "System.Net.Sockets")]
    [InlineData("Node", "Microsoft.AspNetCore")]
    public void A_project_uses_no_assembly_that_is_none_of_its_business(string name, string prefix)
    {
        SourceProject project = SourceProject.Open(name);
        Assert.DoesNotContain(project.Assembly.MainModule.AssemblyReferences, (AssemblyNameReference reference) => reference.Name.StartsWith(prefix, StringComparison.Ordinal));
        Assert.Equal("Microsoft.NET.Sdk", project.ProjectFile.Root!.Attribute("Sdk")!.Value);
        Assert.Empty(project.ProjectFile.Descendants("FrameworkReference"));
    }
}
