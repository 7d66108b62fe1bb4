using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>What became of a run on a <see cref="SimulatedKernel"/>.</summary>
/// <param name="Trace">Hash of all calls.</param>
/// <param name="Calls">Number of calls.</param>
/// <param name="Ended">Connections that came and went.</param>
/// <param name="Echoed">Bytes that came back.</param>
/// <param name="Violation">First thing that must not happen; null = none.</param>
internal sealed record SimulatedRun(ulong Trace, int Calls, int Ended, long Echoed, string? Violation)
{
    private const int MostClients = 12;

    /// <summary>Clients come, talk, stall, leave and break off, and the loop steps in between.</summary>
    public static SimulatedRun Play(int seed, int steps)
    {
        Random random = new(seed);
        SimulatedKernel kernel = new(seed);
        TransportResources resources = new();
        EpollLoop loop = new(kernel, new EpollTransportOptions());
        List<SimulatedClient> clients = [];
        List<SimulatedClient> ended = [];
        for (int step = 0; step < steps; step++)
        {
            if (clients.Count < MostClients && random.Next(10) == 0)
            {
                clients.Add(new SimulatedClient(kernel.CreateSocket(), loop, resources, random));
            }

            if (clients.Count > 0)
            {
                clients[random.Next(clients.Count)].Act();
            }

            if (random.Next(2) == 0)
            {
                loop.Step(0);
            }

            ended.AddRange(clients.Where(static client => client.IsOver));
            clients.RemoveAll(static client => client.IsOver);
        }

        // Those that are left get all their answers when the peer reads on.
        for (int round = 0; round < 3_000 && clients.Any(static client => !client.IsQuiet); round++)
        {
            clients.ForEach(static client => client.ReadAll());
            loop.Step(0);
        }

        string? violation = clients.FirstOrDefault(static client => !client.IsQuiet) is { } stuck ? $"a connection is stuck: {stuck}" : null;
        loop.Stop();
        loop.End();
        clients.AddRange(ended);
        violation ??= kernel.Violation ?? clients.Select(static client => client.Violation).FirstOrDefault(static found => found is not null);
        violation ??= kernel.Open > 0 ? $"{kernel.Open} descriptors are left" : null;
        violation ??= loop.Sources > 0 ? $"{loop.Sources} sources are left" : null;
        violation ??= resources.Blocks.Rented != 0 ? $"{resources.Blocks.Rented} blocks are left" : null;
        violation ??= resources.Budget.UsedBytes != 0 ? $"{resources.Budget.UsedBytes} bytes are left in the budget" : null;
        return new SimulatedRun(kernel.Trace, kernel.Calls, ended.Count, clients.Sum(static client => client.Echoed), violation);
    }
}
