using FastRegistry.Load.Commands;
using FastRegistry.Load.Servers;

namespace FastRegistry.Load.Tests.Servers;

/// <summary>Over folders made for each test.</summary>
public sealed class ServerProjectTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("load-servers-");

    [Fact]
    public void The_build_of_the_same_configuration_and_framework_is_found_from_the_tools_own_folder()
    {
        Create("FastRegistry.sln");
        Create("src/Server/bin/Debug/net10.0/FastRegistry.Server.dll");
        string release = Create("src/Server/bin/Release/net10.0/FastRegistry.Server.dll");

        Assert.Equal(release, ServerProject.Product.Find(null, Path.Combine(_root.FullName, "load", "bin", "Release", "net10.0") + Path.DirectorySeparatorChar));
    }

    [Fact]
    public void A_program_beside_the_tool_comes_before_the_repository()
    {
        string beside = Create("publish/FastRegistry.Server.dll");

        Assert.Equal(beside, ServerProject.Product.Find(null, Path.Combine(_root.FullName, "publish")));
    }

    [Fact]
    public void A_program_that_is_not_built_is_refused_with_the_command_that_builds_it()
    {
        CannotRunException refusal = Assert.Throws<CannotRunException>(
            () => ServerProject.Baseline.Find(null, Path.Combine(_root.FullName, "load", "bin", "Release", "net10.0")));

        Assert.Contains("dotnet build load/Baseline -c Release", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--server-program", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void What_the_user_says_is_taken_or_refused_by_name()
    {
        string other = Create("other.dll");

        Assert.Equal(other, ServerProject.Product.Find(other, _root.FullName));
        CannotRunException refusal = Assert.Throws<CannotRunException>(() => ServerProject.Product.Find("/no/such.dll", _root.FullName));
        Assert.Contains("/no/such.dll", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _root.Delete(recursive: true);

    private string Create(string path)
    {
        string full = Path.Combine(_root.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, "");
        return full;
    }
}
