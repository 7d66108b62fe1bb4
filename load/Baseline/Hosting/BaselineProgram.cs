using FastRegistry.Load.Baseline.Bare;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Load.Baseline.Hosting;

/// <summary>The process; options and exit codes are the product's.</summary>
internal static class BaselineProgram
{
    private const int ConfigurationExitCode = 2;
    private const int AddressExitCode = 3;

    /// <summary>Runs until SIGTERM or SIGINT. 0 = stopped in order, 2 = wrong configuration, 3 = an address could not be bound.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            if (args.Contains(BareProgram.Argument))
            {
                await BareProgram.RunAsync(args).ConfigureAwait(false);
                return 0;
            }

            BaselineHost host = BaselineHost.Create(args);
            await using (host.ConfigureAwait(false))
            {
                await host.StartAsync().ConfigureAwait(false);
                await Console.Out.WriteLineAsync(host.ReadyLine).ConfigureAwait(false);
                await host.WaitForShutdownAsync().ConfigureAwait(false);
            }

            return 0;
        }
        catch (ConfigurationError error)
        {
            await Console.Error.WriteLineAsync($"The baseline cannot start: {error.Message}").ConfigureAwait(false);
            return ConfigurationExitCode;
        }
        catch (IOException fault)
        {
            await Console.Error.WriteLineAsync($"The baseline cannot start: {fault.Message}").ConfigureAwait(false);
            return AddressExitCode;
        }
    }
}
