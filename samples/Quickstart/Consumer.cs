using FastRegistry.Client;

namespace FastRegistry.Samples.Quickstart;

/// <summary>Prints the list of a service each time it changes.</summary>
internal static class Consumer
{
    public static async Task RunAsync(INamingClient client, QuickstartArguments arguments, CancellationToken stopping)
    {
        await foreach (ServiceChange change in client.WatchAsync(arguments.Service, selector: null, stopping))
        {
            string list = string.Join(' ', change.Instances.Select(static instance => $"{instance.Ip}:{instance.Port}").Order(StringComparer.Ordinal));
            string mark = change.IsProvisional ? " (provisional)" : "";
            Console.WriteLine($"{change.Service} now has {change.Instances.Length}: [{list}]{mark}");
        }
    }
}
