namespace FastRegistry.Architecture.Tests;

/// <summary>Holds that a project can be read folder by folder: no folders use each other in a circle.</summary>
public sealed class FolderTests
{
    public static TheoryData<string> Projects => [.. SourceProject.Names];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_have_no_cycle(string name) => AssertNoCycle(FolderGraph.Of(SourceProject.Open(name), depth: int.MaxValue));

    /// <summary>Also not where each folder counts with everything below it.</summary>
    [Theory]
    [MemberData(nameof(Projects))]
    public void Top_folders_have_no_cycle(string name) => AssertNoCycle(FolderGraph.Of(SourceProject.Open(name), depth: 1));

    /// <summary>The graph is not empty by mistake: without symbols or types it would have no cycle either.</summary>
    [Fact]
    public void The_graph_sees_uses()
    {
        SourceProject node = SourceProject.Open("Node");
        Assert.All(node.Types.Where(static type => type.HasMethods), type => Assert.NotNull(node.FileOf(type)));
        Assert.Contains("Hosting -> Limits", FolderGraph.Of(node, depth: 1).Uses);
    }

    private static void AssertNoCycle(FolderGraph graph)
    {
        IReadOnlyList<string> cycles = graph.DescribeCycles();
        Assert.True(cycles.Count == 0, string.Join(Environment.NewLine, cycles));
    }
}
