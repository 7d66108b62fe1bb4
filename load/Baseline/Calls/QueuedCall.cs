using FastRegistry.Load.Baseline.Sessions;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Requests;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using Google.Protobuf;

namespace FastRegistry.Load.Baseline.Calls;

/// <summary>A request that is not O(1), run by the node's worker as natively; the call awaits it.</summary>
internal sealed class QueuedCall(BaselineSession session, MessageType type, IMessage message) : IWorkItem
{
    private readonly TaskCompletionSource<NamingAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<NamingAnswer> Answer => _answer.Task;

    void IWorkItem.Run()
    {
        try
        {
            _answer.SetResult(session.Node.Services.Naming.RunQueued(session, type, message));
        }
#pragma warning disable CA1031 // One failing request must not end the worker; the requester gets an error and the log the exception.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            session.Node.Services.Log.RequestFailed(fault, type, session.Id);
            _answer.SetResult(NamingAnswer.Of(RequestError.Internal));
        }
    }
}
