using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Servers;

/// <summary>A server program of this repository that the load tool can start by itself.</summary>
/// <param name="Folder">From the repository's root.</param>
/// <param name="Assembly">File name of its program.</param>
internal sealed record ServerProject(string Folder, string Assembly)
{
    public static ServerProject Product { get; } = new("src/Server", "FastRegistry.Server.dll");

    /// <summary>The gRPC-shaped server to compare with.</summary>
    public static ServerProject Baseline { get; } = new("load/Baseline", "FastRegistry.Load.Baseline.dll");

    /// <summary>The node with sessions in memory.</summary>
    public static ServerProject Memory { get; } = new("load/Memory", "FastRegistry.Load.Memory.dll");

    /// <summary>The program that serves a target.</summary>
    public static ServerProject For(TargetKind target) => target == TargetKind.GrpcShaped ? Baseline : Product;

    /// <summary>Where its program is: as the user says, or beside the load tool, or where the repository's build puts it.</summary>
    /// <param name="userPath">What the user gave with <c>--server-program</c>; null = nothing.</param>
    /// <param name="ownFolder">The load tool's, with its configuration and framework as the last two names: <c>…/bin/Release/net10.0</c>.</param>
    /// <exception cref="Commands.CannotRunException">It is not there.</exception>
    public string Find(string? userPath, string ownFolder)
    {
        if (userPath is not null)
        {
            return File.Exists(userPath) ? userPath : throw new Commands.CannotRunException($"--server-program: there is no file '{userPath}'");
        }

        string beside = Path.Combine(ownFolder, Assembly);
        if (File.Exists(beside))
        {
            return beside;
        }

        DirectoryInfo own = new(Path.TrimEndingDirectorySeparator(ownFolder));
        string configuration = own.Parent?.Name ?? "Release";
        for (DirectoryInfo? root = own; root is not null; root = root.Parent)
        {
            string built = Path.Combine(root.FullName, Folder, "bin", configuration, own.Name, Assembly);
            if (File.Exists(Path.Combine(root.FullName, "FastRegistry.sln")) && File.Exists(built))
            {
                return built;
            }
        }

        throw new Commands.CannotRunException(
            $"{Assembly} is not built: run 'dotnet build {Folder} -c {configuration}' first, or say where it is with --server-program PATH");
    }
}
