using System.Net.Sockets;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Server.Hosting;

/// <summary>The process: configuration, node, HTTP, and an exit code that says what went wrong.</summary>
internal static class ServerProgram
{
    private const int ConfigurationExitCode = 2;
    private const int AddressExitCode = 3;

    /// <summary>Runs until SIGTERM or SIGINT. 0 = stopped in order, 2 = wrong configuration, 3 = an address could not be bound.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            ServerHost host = ServerHost.Create(args);
            await using (host.ConfigureAwait(false))
            {
                SocketCompletions.Choose(host.Node.Options.ClientTransport);
                await host.RunAsync().ConfigureAwait(false);
            }

            return 0;
        }
        catch (ConfigurationError error)
        {
            await Console.Error.WriteLineAsync($"FastRegistry cannot start: {error.Message}").ConfigureAwait(false);
            return ConfigurationExitCode;
        }
        catch (InvalidDataException fault)
        {
            // A configuration file that does not parse.
            string text = $"{fault.Message} {fault.GetBaseException().Message}".ReplaceLineEndings(" ");
            await Console.Error.WriteLineAsync($"FastRegistry cannot start: {text}").ConfigureAwait(false);
            return ConfigurationExitCode;
        }
        catch (Exception fault) when (fault is SocketException or IOException)
        {
            await Console.Error.WriteLineAsync($"FastRegistry cannot start: {fault.Message}").ConfigureAwait(false);
            return AddressExitCode;
        }
    }
}
