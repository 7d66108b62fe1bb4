namespace FastRegistry.Wire.Transport;

/// <content>How a connection ends: the first reason wins, and the handler is told once.</content>
public abstract partial class Connection
{
    /// <summary>Ends the connection now; what has not been sent is dropped. The first reason wins.</summary>
    public void Abort(CloseReason reason)
    {
        Interlocked.CompareExchange(ref _closeReason, reason, null);
        Volatile.Write(ref _aborted, true);
        CloseTransport();
        if (Outbound.Complete())
        {
            StartSending();
        }

        ResumeReceiving();
    }

    /// <summary>Sends what is queued, then closes. Nothing more can be appended. The caller bounds the time by <see cref="Abort"/>.</summary>
    public void CloseAfterSending(CloseReason reason)
    {
        if (Interlocked.CompareExchange(ref _closeReason, reason, null) is not null)
        {
            return;
        }

        if (Outbound.Complete())
        {
            StartSending();
        }

        ResumeReceiving();
    }

    /// <summary>Closes the underlying resource so that pending operations end. May be called more than once.</summary>
    private protected abstract void CloseTransport();

    /// <summary>The connection is aborted: gives back what the receive path holds and calls <see cref="NotifyClosed"/>. On the receive path.</summary>
    private protected abstract void EndReceiving();

    /// <summary>Ends the connection because of an exception that nothing on the receive path expected. On the receive path.</summary>
    private protected void FailReceiving(Exception fault)
    {
        Abort(CloseReason.FromFault(fault));
        EndReceiving();
    }

    /// <summary>Tells the handler that it is over, once; called on the receive path, which ends with it.</summary>
    private protected void NotifyClosed()
    {
        if (Interlocked.Exchange(ref _receiveState, Ended) == Ended)
        {
            return;
        }

        CloseReason reason = Interlocked.CompareExchange(ref _closeReason, CloseReason.Aborted, null) ?? CloseReason.Aborted;
        try
        {
            Handler?.OnClosed(reason);
        }
#pragma warning disable CA1031 // Nothing is left to close; escaping from a pool thread, it would end the process.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Volatile.Write(ref _closeReason, reason with { Fault = reason.Fault ?? fault });
        }
    }
}
