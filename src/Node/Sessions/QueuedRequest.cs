using System.Diagnostics;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Requests;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using Google.Protobuf;

namespace FastRegistry.Node.Sessions;

/// <summary>One request of a session that a worker runs; answered through the session, unless it was cancelled first.</summary>
/// <remarks>Made on the receive path, run once by a worker. <see cref="TryClaim"/> is the one gate between answer and cancellation.</remarks>
internal sealed class QueuedRequest(ClientSession session, MessageType type, ulong correlationId, IMessage message) : IWorkItem
{
    private readonly long _arrivedAt = Stopwatch.GetTimestamp();
    private int _claimed;

    public ulong CorrelationId { get; } = correlationId;

    public MessageType Type { get; } = type;

    /// <summary>True for exactly one caller: it answers.</summary>
    public bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;

    void IWorkItem.Run()
    {
        if (Volatile.Read(ref _claimed) != 0)
        {
            return;
        }

        NamingAnswer answer;
        try
        {
            answer = session.Services.Naming.RunQueued(session, Type, message);
        }
#pragma warning disable CA1031 // One failing request must not end the worker; the requester gets an error and the log the exception.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            session.Services.Log.RequestFailed(fault, Type, session.Id);
            answer = NamingAnswer.Of(RequestError.Internal);
        }

        if (TryClaim())
        {
            SessionRequests.Answer(session, this, answer);
            session.Services.Metrics.QueuedRequests.Record(Stopwatch.GetElapsedTime(_arrivedAt).Ticks / TimeSpan.TicksPerMicrosecond);
        }
    }
}
