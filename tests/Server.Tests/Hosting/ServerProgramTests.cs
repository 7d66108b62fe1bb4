using System.Net;
using System.Net.Sockets;
using FastRegistry.Server.Hosting;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;

namespace FastRegistry.Server.Tests.Hosting;

[Collection(MeasurementsCollection.Name)]
public sealed class ServerProgramTests
{
    [Theory]
    [InlineData("--Limits:Connections=0", "Limits:Connections")]
    [InlineData("--Http:Nonsense=1", "Http:Nonsense")]
    public async Task A_wrong_configuration_ends_with_2_and_one_line(string argument, string key)
    {
        (int code, string error) = await RunAsync(argument);
        Assert.Equal(2, code);
        Assert.Contains(key, error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(static character => character == '\n'));
    }

    [Theory]
    [InlineData("Http")]
    [InlineData("ClientTransport")]
    public async Task A_taken_port_ends_with_3_and_one_line(string listener)
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        string other = listener == "Http" ? "ClientTransport" : "Http";
        (int code, string error) = await RunAsync($"--{listener}:Port={port}", $"--{other}:Port=0");

        Assert.Equal(3, code);
        Assert.Contains($"{port}", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(static character => character == '\n'));
    }

    [Fact]
    public async Task The_environment_is_read_with_its_prefix_and_the_command_line_wins()
    {
        Environment.SetEnvironmentVariable("FASTREGISTRY_Limits__Services", "77");
        Environment.SetEnvironmentVariable("FASTREGISTRY_Limits__Connections", "88");
        try
        {
            await using HttpNode node = await HttpNode.StartAsync("--Limits:Connections=99");
            Assert.Equal(77, node.Host.Node.Options.Limits.Services);
            Assert.Equal(99, node.Host.Node.Options.Limits.Connections);
        }
        finally
        {
            Environment.SetEnvironmentVariable("FASTREGISTRY_Limits__Services", null);
            Environment.SetEnvironmentVariable("FASTREGISTRY_Limits__Connections", null);
        }
    }

    private static async Task<(int Code, string Error)> RunAsync(params string[] args)
    {
        TextWriter before = Console.Error;
        using StringWriter error = new();
        Console.SetError(error);
        try
        {
            return (await ServerProgram.RunAsync([.. args, "--Logging:LogLevel:Default=None"]), error.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }
}
