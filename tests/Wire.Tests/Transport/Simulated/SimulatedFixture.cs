using System.Buffers;
using System.IO.Pipelines;
using FastRegistry.Tests;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Tests.Transport.Simulated;

/// <summary>A simulated network that a test drives, with one host that listens; at the end everything must have been given back.</summary>
public abstract class SimulatedFixture : IDisposable
{
    protected const string Client = "client";
    protected const string Server = "server";
    protected const int Port = 7848;

    private readonly List<SimulatedEnd> _accepted = [];

    protected SimulatedFixture() => Network = NewNetwork(1);

    internal VirtualTimeProvider Time { get; } = new();

    internal PumpedScheduler Scheduler { get; } = new();

    internal BlockPool Blocks { get; } = new();

    internal SimulatedNetwork Network { get; private set; }

    internal IReadOnlyList<SimulatedEnd> Accepted => _accepted;

    protected TimeSpan Now => TimeSpan.FromTicks(Time.GetTimestamp());

    protected static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    public void Dispose()
    {
        foreach (SimulatedConnection connection in Network.Connections)
        {
            connection.Client.Close();
            connection.Server.Close();
        }

        Scheduler.RunAll();
        Assert.Empty(Network.Connections);
        Assert.Equal(0, Network.Total.InFlight);
        Assert.Equal(0, Blocks.Rented);
        Network.Dispose();
        Assert.Equal(0, Time.ArmedTimers);
        GC.SuppressFinalize(this);
    }

    internal SimulatedNetwork NewNetwork(int seed)
    {
        Network?.Dispose();
        Network = new SimulatedNetwork(Time, Scheduler, Blocks, seed);
        Network.Listen(Server, Port, _accepted.Add);
        return Network;
    }

    /// <summary>Connects, in the time that it takes.</summary>
    internal SimulatedConnection Connect(LinkOptions? link = null, string from = Client)
    {
        Network.DefaultLink = link ?? Network.DefaultLink;
        Task<SimulatedEnd> connect = Network.ConnectAsync(from, Server, Port);
        Time.AdvanceUntil(() => connect.IsCompleted, TimeSpan.FromMinutes(5), Pump);
        return connect.Result.Connection;
    }

    internal void Pump() => Scheduler.RunAll();

    internal void Advance(TimeSpan time) => Time.AdvanceByTimers(time, Pump);

    internal void AdvanceUntil(Func<bool> condition) => Time.AdvanceUntil(condition, TimeSpan.FromHours(1), Pump);

    /// <summary>Writes and flushes; the flush may wait.</summary>
    internal static Task<FlushResult> Write(SimulatedEnd end, int bytes, byte value = 1)
    {
        Span<byte> span = end.Output.GetSpan(bytes);
        span[..bytes].Fill(value);
        end.Output.Advance(bytes);
        return end.Output.FlushAsync().AsTask();
    }

    /// <summary>The result of what must be done already.</summary>
    internal static T ResultOf<T>(Task<T> task)
    {
        Assert.True(task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Bytes that can be read now; they are consumed.</summary>
    internal static int Read(SimulatedEnd end)
    {
        int bytes = 0;
        while (end.Input.TryRead(out ReadResult result))
        {
            bytes += (int)result.Buffer.Length;
            end.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        return bytes;
    }

    /// <summary>Reads to the end, and the end must be there.</summary>
    internal static byte[] ReadToEnd(SimulatedEnd end)
    {
        List<byte> all = [];
        while (end.Input.TryRead(out ReadResult result))
        {
            all.AddRange(result.Buffer.ToArray());
            end.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return [.. all];
            }
        }

        throw new InvalidOperationException($"no end after {all.Count} bytes");
    }
}
