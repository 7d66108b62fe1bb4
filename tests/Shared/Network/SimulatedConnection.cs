using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Tests;

/// <summary>One connection of a simulated network: two ends and a link for each direction. Thread-safe.</summary>
internal sealed class SimulatedConnection
{
    private readonly SimulatedNetwork _network;
    private bool _isStalled;
    private bool _isSilent;
    private bool _isPartitioned;

    public SimulatedConnection(SimulatedNetwork network, IPEndPoint from, IPEndPoint to, string fromHost, string toHost, PipeScheduler scheduler)
    {
        _network = network;
        (FromHost, ToHost) = (fromHost, toHost);
        (LinkOptions there, LinkOptions back) = (network.LinkBetween(fromHost, toHost), network.LinkBetween(toHost, fromHost));
        There = new SimulatedLink(network, this, there, back.Delay, network.Traffic(fromHost, toHost), scheduler);
        Back = new SimulatedLink(network, this, back, there.Delay, network.Traffic(toHost, fromHost), scheduler);
        Client = new SimulatedEnd(this, Back.Reader, There.Writer, to);
        Server = new SimulatedEnd(this, There.Reader, Back.Writer, from);
    }

    public string FromHost { get; }

    public string ToHost { get; }

    /// <summary>The end that connected.</summary>
    public SimulatedEnd Client { get; }

    /// <summary>The end that was accepted.</summary>
    public SimulatedEnd Server { get; }

    /// <summary>From client to server.</summary>
    public SimulatedLink There { get; }

    /// <summary>From server to client.</summary>
    public SimulatedLink Back { get; }

    /// <summary>Ends the connection for both ends at once; what has not arrived is lost.</summary>
    public void Cut(CutKind kind)
    {
        lock (_network.NetworkLock)
        {
            CutLocked(kind);
        }
    }

    /// <summary>Nothing passes until <see cref="Resume"/>: no byte, no end, no news of what was read. Nothing is lost.</summary>
    public void Stall() => Change(static connection => connection._isStalled = true);

    public void Resume() => Change(static connection => connection._isStalled = false);

    /// <summary>Nothing passes any more, for ever, and neither end hears of it: each is half-open for the other.</summary>
    public void Silence() => Change(static connection => connection._isSilent = true);

    public void CutLocked(CutKind kind)
    {
        Func<Exception>? fault = kind == CutKind.Reset ? Reset : null;
        There.CutLocked(fault);
        Back.CutLocked(fault);
    }

    public void PartitionLocked(bool isPartitioned)
    {
        _isPartitioned = isPartitioned;
        ApplyLocked();
    }

    public void EndLocked()
    {
        if (There.IsOver && Back.IsOver)
        {
            _network.EndLocked(this);
        }
    }

    private void Change(Action<SimulatedConnection> change)
    {
        lock (_network.NetworkLock)
        {
            change(this);
            ApplyLocked();
        }
    }

    private void ApplyLocked()
    {
        if (_isStalled || _isSilent || _isPartitioned)
        {
            There.StopLocked();
            Back.StopLocked();
        }
        else
        {
            There.GoOnLocked();
            Back.GoOnLocked();
        }
    }

    private static IOException Reset() => new("connection reset by peer", new SocketException((int)SocketError.ConnectionReset));
}

/// <summary>What both ends see of a cut.</summary>
internal enum CutKind
{
    /// <summary>An exception, after what has arrived is read.</summary>
    Reset,

    /// <summary>An end of the stream, as if the other end had closed.</summary>
    Finish,
}

/// <summary>One end of a simulated connection.</summary>
internal sealed class SimulatedEnd(SimulatedConnection connection, SimulatedReader input, SimulatedWriter output, IPEndPoint remoteEndPoint) : IDuplexPipe
{
    public SimulatedConnection Connection { get; } = connection;

    /// <summary>The address of the other host, which the network made up for its name.</summary>
    public IPEndPoint RemoteEndPoint { get; } = remoteEndPoint;

    public PipeReader Input { get; } = input;

    public PipeWriter Output { get; } = output;

    /// <summary>Closes both directions, as a process does that is done: the other end sees the end behind what was sent.</summary>
    public void Close()
    {
        Output.Complete();
        Input.Complete();
    }

    /// <summary>This end is gone and nobody is told, as when its machine has lost its power: what the other end sends goes nowhere, without an error.</summary>
    public void Vanish()
    {
        Connection.Silence();
        Close();
    }
}
