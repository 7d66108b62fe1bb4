using FastRegistry.Load.Memory.Peers;

namespace FastRegistry.Load.Memory.Phases;

/// <summary>The thread that plays all clients during a wave.</summary>
internal sealed class PeerThread : IDisposable
{
    private readonly PeerSet _peers;
    private readonly bool _answer;
    private readonly Thread _thread;
    private int _probes;
    private bool _stopped;

    private PeerThread(PeerSet peers, bool answer)
    {
        _peers = peers;
        _answer = answer;
        _thread = new Thread(Serve) { IsBackground = true, Name = "clients" };
        _thread.Start();
    }

    /// <summary>Probes that have come.</summary>
    public int Probes => Volatile.Read(ref _probes);

    public static PeerThread Start(PeerSet peers, bool answer) => new(peers, answer);

    public void Dispose()
    {
        Volatile.Write(ref _stopped, true);
        _thread.Join();
    }

    private void Serve()
    {
        while (!Volatile.Read(ref _stopped))
        {
            int found = _peers.Serve(_answer);
            Volatile.Write(ref _probes, _probes + found);
            if (found == 0)
            {
                Thread.Sleep(1);
            }
        }
    }
}
