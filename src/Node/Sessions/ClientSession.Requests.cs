using FastRegistry.Node.Requests;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Node.Sessions;

/// <summary>Runs the requests of a session, now or on a worker, and answers them.</summary>
internal static class SessionRequests
{
    /// <summary>Handles one request; a reason ends the session. Receive path.</summary>
    public static CloseReason? Take(ClientSession session, in Frame frame, BatchWriter replies)
    {
        MessageType type = frame.Header.Type;
        ulong correlationId = frame.Header.CorrelationId;
        if (type == MessageType.Setup)
        {
            return SessionGoAway.Write(replies, GoAwayReason.ProtocolViolation, "the set-up was done already");
        }

        if (session.InWork is { } inWork && inWork.Contains(correlationId))
        {
            session.Output.Write(replies, type, correlationId, NamingAnswer.Of(RequestError.DuplicateCorrelation));
            return null;
        }

        if (!session.Services.Naming.TryRunNow(session, type, frame.Body, out NamingAnswer answer, out IMessage? message))
        {
            session.InWork ??= new RequestsInWork(session.Services);
            if (session.InWork.TryQueue(new QueuedRequest(session, type, correlationId, message)))
            {
                return null;
            }

            if (message is SubscribeRequest subscribe)
            {
                session.Subscriptions!.RemoveUnanswered(subscribe.SubscriptionId);
            }

            answer = NamingAnswer.Of(RequestError.Overloaded);
        }

        if (answer.FirstOf is not null && session.TakesDeltas)
        {
            // Not at the end of the batch: a delta on this list must not overtake it.
            AnswerAtOnce(session, replies, type, correlationId, answer);
            return null;
        }

        session.Output.Write(replies, type, correlationId, answer);
        return null;
    }

    /// <summary>Sends what a worker has made of a request. On the worker's thread.</summary>
    public static void Answer(ClientSession session, QueuedRequest request, in NamingAnswer answer)
    {
        session.InWork!.Remove(request);
        BatchWriter batch = session.Connection.RentBatch();
        AnswerAtOnce(session, batch, request.Type, request.CorrelationId, answer);
        session.Connection.ReturnBatch(batch);
    }

    private static void AnswerAtOnce(ClientSession session, BatchWriter batch, MessageType type, ulong correlationId, in NamingAnswer answer)
    {
        bool whole = session.Output.Write(batch, type, correlationId, answer);
        session.Connection.SendBatch(batch);
        if (whole)
        {
            answer.FirstOf?.AnswerWritten(answer.Revision);
        }
    }
}
