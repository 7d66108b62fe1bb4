using System.Runtime.InteropServices;
using FastRegistry.Client;
using FastRegistry.Samples.Quickstart;

if (!QuickstartArguments.TryParse(args, out QuickstartArguments arguments, out string problem))
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine(QuickstartArguments.Usage);
    return 2;
}

// SIGINT and SIGTERM end the program in order: the client says goodbye and its registrations go at once.
using CancellationTokenSource stopping = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

await using INamingClient client = new NamingClient(new NamingClientOptions { Servers = [.. arguments.Servers], ClientName = "quickstart" });
client.StateChanged += static (_, change) => Console.WriteLine($"connection: {change.Current} {change.Text}");
try
{
    if (arguments.IsProvider)
    {
        await Provider.RunAsync(client, arguments, stopping.Token);
    }
    else
    {
        await Consumer.RunAsync(client, arguments, stopping.Token);
    }
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    // Asked to stop.
}
catch (RegistryException error)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
