using System.Reflection;

namespace FastRegistry.ProcessTests;

/// <summary>Where the built programs are: the same configuration as this test.</summary>
internal static class Programs
{
    private static readonly DirectoryInfo Output = new(AppContext.BaseDirectory);

    public static string Server => Find(Path.Combine("src", "Server"), "FastRegistry.Server.dll");

    public static string Quickstart => Find(Path.Combine("samples", "Quickstart"), "Quickstart.dll");

    public static string Load => Find("load", "FastRegistry.Load.dll");

    private static string Find(string project, string file)
    {
        // tests/Process.Tests/bin/<configuration>/<framework>
        string framework = Output.Name;
        string configuration = Output.Parent!.Name;
        DirectoryInfo root = Output.Parent!.Parent!.Parent!.Parent!.Parent!;
        string path = Path.Combine(root.FullName, project, "bin", configuration, framework, file);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{Assembly.GetExecutingAssembly().GetName().Name} needs {project} built as {configuration}", path);
    }
}
