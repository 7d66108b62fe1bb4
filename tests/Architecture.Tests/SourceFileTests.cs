namespace FastRegistry.Architecture.Tests;

/// <summary>Holds the form of source files and of names.</summary>
public sealed class SourceFileTests
{
    private const int MaximumLines = 600;

    public static TheoryData<string> Projects => [.. SourceProject.Names];

    /// <summary>The public types of the client stand in one namespace, whatever their folder.</summary>
    public static TheoryData<string> ProjectsWithNamespacesOfFolders => [.. SourceProject.Names.Except(["Client"])];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_file_is_longer_than_600_lines(string name)
    {
        SourceProject project = SourceProject.Open(name);
        string[] tooLong = [.. project.Files.Where(file => project.Read(file).AsSpan().Count('\n') > MaximumLines)];
        Assert.Empty(tooLong);
    }

    [Theory]
    [MemberData(nameof(ProjectsWithNamespacesOfFolders))]
    public void A_namespace_is_its_folder(string name)
    {
        SourceProject project = SourceProject.Open(name);
        foreach (string file in project.Files)
        {
            string space = SourceProject.Namespace().Match(project.Read(file)).Groups[1].Value;
            string expected = $"{project.RootNamespace}.{SourceProject.FolderOf(file).Replace('/', '.')}".TrimEnd('.');

            // The program is statements without a namespace.
            Assert.True(space == expected || (space.Length == 0 && file == "Program.cs"), $"{file} has namespace {space}, its folder is {expected}");
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_two_types_of_an_assembly_have_one_name(string name)
    {
        SourceProject project = SourceProject.Open(name);
        Assert.Empty(project.Types.GroupBy(static type => type.Name).Where(static types => types.Count() > 1).Select(static types => string.Join(", ", types.Select(static type => type.FullName))));
    }
}
