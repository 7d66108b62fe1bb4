using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Targets.Native;

/// <summary>The outstanding requests of one connection, found by the slot in their correlation id.</summary>
/// <remarks>
/// Made with the connection's first request. <see cref="TryBegin"/> and <see cref="Return"/> come from any thread; <see cref="Complete"/> from the receive
/// path, without the lock: a slot is filled before its first request is sent and never emptied. After <see cref="Close"/> nothing begins.
/// </remarks>
/// <param name="maximum">What the server takes at a time; up to <see cref="Maximum"/>.</param>
internal sealed class OutstandingCalls(int maximum = OutstandingCalls.DefaultMaximum)
{
    /// <summary>Requests one connection may have outstanding when the server announces nothing.</summary>
    public const int DefaultMaximum = 1024;

    /// <summary>More are never outstanding, whatever the server takes.</summary>
    public const int Maximum = 65_536;

    private const int FirstSlots = 2;

    private readonly Lock _slotGate = new();
    private OutstandingOperation[] _slots = new OutstandingOperation[FirstSlots];
    private OutstandingOperation? _free;
    private int _used;
    private bool _closed;

    /// <summary>Takes a slot; null with the reason when there is none.</summary>
    public OutstandingOperation? TryBegin(out string failure)
    {
        OutstandingOperation call;
        lock (_slotGate)
        {
            if (_closed || (_free is null && _used == maximum))
            {
                failure = _closed ? TargetStatus.ConnectionLost : StatusTexts.TooManyOutstanding;
                return null;
            }

            call = _free ?? AddHoldingGate();
            _free = call.NextFree;
            call.NextFree = null;

            // Inside, so that closing finds it open.
            call.TryBegin();
        }

        failure = "";
        return call;
    }

    /// <summary>Completes a call; an id that is not outstanding is ignored.</summary>
    public void Complete(ulong correlationId, LoadResult result)
    {
        OutstandingOperation[] slots = Volatile.Read(ref _slots);
        uint slot = (uint)correlationId;
        if (slot < (uint)slots.Length && slots[slot] is { } call)
        {
            call.TryComplete(correlationId, result);
        }
    }

    public void Return(OutstandingOperation call)
    {
        lock (_slotGate)
        {
            call.NextFree = _free;
            _free = call;
        }
    }

    /// <summary>Fails everything that is outstanding, once.</summary>
    public void Close()
    {
        int used;
        lock (_slotGate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            used = _used;
        }

        // Outside the lock: the callers go on in here.
        for (int slot = 0; slot < used; slot++)
        {
            OutstandingOperation call = _slots[slot];
            call.TryComplete(call.Id, LoadResult.Fail(TargetStatus.ConnectionLost));
        }
    }

    private OutstandingOperation AddHoldingGate()
    {
        if (_used == _slots.Length)
        {
            OutstandingOperation[] larger = new OutstandingOperation[_slots.Length * 2];
            _slots.CopyTo(larger, 0);
            Volatile.Write(ref _slots, larger);
        }

        OutstandingOperation call = new(this, _used);
        Volatile.Write(ref _slots[_used++], call);
        return call;
    }
}
