using FastRegistry.Client;

namespace FastRegistry.Samples.Quickstart;

/// <summary>Registers one instance and keeps it registered until the program ends.</summary>
internal static class Provider
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(INamingClient client, QuickstartArguments arguments, CancellationToken stopping)
    {
        Instance instance = new(arguments.Ip, arguments.Port);
        while (!await TryRegisterAsync(client, arguments.Service, instance, stopping))
        {
            await Task.Delay(RetryAfter, stopping);
        }

        Console.WriteLine($"registered {instance.Ip}:{instance.Port} for {arguments.Service}");
        await Task.Delay(Timeout.Infinite, stopping);
    }

    private static async Task<bool> TryRegisterAsync(INamingClient client, ServiceKey service, Instance instance, CancellationToken stopping)
    {
        try
        {
            await client.RegisterAsync(service, instance, stopping);
            return true;
        }
        catch (RegistryException error) when (error.Retryable)
        {
            Console.WriteLine($"not registered yet: {error.Message}");
            return false;
        }
    }
}
