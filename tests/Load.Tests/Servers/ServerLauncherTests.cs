using System.Diagnostics;
using System.Globalization;
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

    [ProcessFact]
    public async Task Ctrl_C_at_the_terminal_does_not_reach_a_server()
    {
        ServerLauncher launcher = new(ServerProject.Product.Find(null, AppContext.BaseDirectory), []);
        await using LaunchedServer server = await launcher.StartAsync(0, Cancelled);

        string ignored = (await File.ReadAllLinesAsync($"/proc/{server.Id}/status", Cancelled)).Single(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal));

        const ulong Interrupt = 1 << (2 - 1);
        Assert.NotEqual(0UL, ulong.Parse(ignored.AsSpan("SigIgn:".Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & Interrupt);
    }

    [ProcessFact]
    public async Task A_server_ends_when_the_load_tool_has_died()
    {
        ServerLauncher launcher = new(ServerProject.Product.Find(null, AppContext.BaseDirectory), []);
        using Process process = Process.Start(launcher.StartInfo(0))!;
        try
        {
            Task<string> output = ReadUntilReadyAsync(process);
            await output.WaitAsync(Soon, Cancelled);

            // What the death of this process would do to the pipe.
            process.StandardInput.Close();

            await process.StandardOutput.ReadToEndAsync(Cancelled).WaitAsync(Soon, Cancelled);
            await process.WaitForExitAsync(Cancelled).WaitAsync(Soon, Cancelled);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task A_program_that_ends_at_once_is_told_with_its_exit_code()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /bin/false");

        CannotRunException reason = await Assert.ThrowsAsync<CannotRunException>(() => new ServerLauncher("/bin/false", []).StartAsync(0, Cancelled));

        Assert.Equal("a server ended with exit code 1 before it was ready: it said nothing", reason.Message);
    }

    private static async Task<string> ReadUntilReadyAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync(Cancelled) is { } line)
        {
            if (line.Contains("is ready", StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException("the server ended");
    }
}
