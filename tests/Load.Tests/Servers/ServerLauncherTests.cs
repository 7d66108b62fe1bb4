using System.Diagnostics;
using System.Net;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Servers;
using FastRegistry.Load.Targets;
using FastRegistry.ProcessTests;

namespace FastRegistry.Load.Tests.Servers;

public sealed class ServerLauncherTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [ProcessFact]
    public async Task A_server_starts_on_free_ports_answers_and_stops()
    {
        ServerLauncher launcher = new(ServerProject.Product.Find(null, AppContext.BaseDirectory), []);
        await using LaunchedServer server = await launcher.StartAsync(0, Cancelled);
        using Process process = Process.GetProcessById(server.Id);
        using ServerObserver observer = new(IPEndPoint.Parse(server.HttpAddress));

        Assert.Equal(0, (await observer.ReadAsync(Cancelled)).Reading.Connections);
        Assert.True(server.ReadyAfter > TimeSpan.Zero, "no time to readiness");
        Assert.Equal(new ServerAddress(server.ClientAddress, server.HttpAddress), server.AddressFor(TargetKind.Native));
        Assert.Equal(new ServerAddress(server.HttpAddress, server.HttpAddress), server.AddressFor(TargetKind.Http));

        await server.StopAsync();

        await process.WaitForExitAsync(Cancelled).WaitAsync(Soon, Cancelled);
        await Assert.ThrowsAsync<CannotRunException>(() => observer.ReadAsync(Cancelled));
    }

    [ProcessFact]
    public async Task A_server_that_refuses_its_arguments_is_told_with_its_own_words()
    {
        ServerLauncher launcher = new(ServerProject.Product.Find(null, AppContext.BaseDirectory), ["--ClientTransport:Port=99999"]);

        CannotRunException reason = await Assert.ThrowsAsync<CannotRunException>(() => launcher.StartAsync(0, Cancelled));

        Assert.Contains("before it was ready", reason.Message, StringComparison.Ordinal);
        Assert.Contains("Port", reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_ends_at_once_is_told_with_its_exit_code_and_last_line()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("needs /bin/sh");
            return;
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("load-servers-");
        try
        {
            string script = Path.Combine(folder.FullName, "server");
            await File.WriteAllTextAsync(script, "#!/bin/sh\necho 'port taken' >&2\nexit 5\n", Cancelled);
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            CannotRunException reason = await Assert.ThrowsAsync<CannotRunException>(() => new ServerLauncher(script, []).StartAsync(0, Cancelled));

            Assert.Equal("a server ended with exit code 5 before it was ready: port taken", reason.Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
