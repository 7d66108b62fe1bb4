using FastRegistry.Registry.Rules;

namespace FastRegistry.Load.Baseline.Bare;

/// <summary>The process with <c>--bare</c>; other options and exit codes are the product's.</summary>
internal static class BareProgram
{
    public const string Argument = "--bare";

    /// <summary>Runs until SIGTERM or SIGINT.</summary>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public static async Task RunAsync(string[] args)
    {
        BareHost host = BareHost.Create([.. args.Where(static argument => argument != Argument)]);
        await using (host.ConfigureAwait(false))
        {
            await host.StartAsync().ConfigureAwait(false);
            await Console.Out.WriteLineAsync(host.ReadyLine).ConfigureAwait(false);
            await host.WaitForShutdownAsync().ConfigureAwait(false);
        }
    }
}
