using System.Diagnostics;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Requests;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Node.Sessions;

/// <content>Requests: run now or by a worker, and answered.</content>
internal sealed partial class ClientSession
{
    /// <summary>Handles one request; a reason ends the session. Receive path.</summary>
    private CloseReason? TakeRequest(in Frame frame, BatchWriter replies)
    {
        MessageType type = frame.Header.Type;
        ulong correlationId = frame.Header.CorrelationId;
        if (type == MessageType.Setup)
        {
            return WriteGoAway(replies, GoAwayReason.ProtocolViolation, "the set-up was done already");
        }

        if (_requestsInWork is { } inWork && inWork.Contains(correlationId))
        {
            WriteAnswer(replies, type, correlationId, NamingAnswer.Of(RequestError.DuplicateCorrelation));
            return null;
        }

        if (!_services.Naming.TryRunNow(this, type, frame.Body, out NamingAnswer answer, out IMessage? message))
        {
            _requestsInWork ??= new RequestsInWork(_services);
            if (_requestsInWork.TryQueue(new QueuedRequest(this, type, correlationId, message)))
            {
                return null;
            }

            if (message is SubscribeRequest subscribe)
            {
                RemoveUnanswered(subscribe.SubscriptionId);
            }

            answer = NamingAnswer.Of(RequestError.Overloaded);
        }

        if (answer.FirstOf is not null && _takesDeltas)
        {
            // Not at the end of the batch: a delta on this list must not overtake it.
            AnswerAtOnce(replies, type, correlationId, answer);
            return null;
        }

        WriteAnswer(replies, type, correlationId, answer);
        return null;
    }

    /// <summary>Sends what a worker has made of a request. On the worker's thread.</summary>
    private void AnswerFromWorker(QueuedRequest request, in NamingAnswer answer)
    {
        _requestsInWork!.Remove(request);
        BatchWriter batch = _connection.RentBatch();
        AnswerAtOnce(batch, request.Type, request.CorrelationId, answer);
        _connection.ReturnBatch(batch);
    }

    private void AnswerAtOnce(BatchWriter batch, MessageType type, ulong correlationId, in NamingAnswer answer)
    {
        bool whole = WriteAnswer(batch, type, correlationId, answer);
        _connection.SendBatch(batch);
        if (whole)
        {
            answer.FirstOf?.AnswerWritten(answer.Revision);
        }
    }

    /// <summary>Writes an answer into a batch, or starts it as a stream. Receive path or worker.</summary>
    /// <returns>True when the batch has the answer as a whole and as it is.</returns>
    private bool WriteAnswer(BatchWriter batch, MessageType type, ulong correlationId, in NamingAnswer answer)
    {
        if (answer.Error is not null)
        {
            batch.WriteMessage(FrameKind.Response, FrameFlags.Error, type, correlationId, answer.Error.ToReply());
            return false;
        }

        if (answer.Written is { } written)
        {
            Span<byte> frame = batch.GetSpan(FrameHeader.Size + WriteReply.MaximumBytes);
            int writtenBytes = written.Write(frame[FrameHeader.Size..]);
            new FrameHeader((uint)writtenBytes, FrameKind.Response, FrameFlags.None, type, correlationId).Write(frame);
            batch.Advance(FrameHeader.Size + writtenBytes);
            return true;
        }

        int bodyBytes = answer.SharedBody?.Length ?? answer.Message!.CalculateSize();
        bool large = bodyBytes > WireLimits.ChunkThresholdBytes && (_takesChunks || bodyBytes > WireLimits.MaximumBodyBytes);
        if (large)
        {
            StreamAnswer(batch, type, correlationId, answer, bodyBytes);
            return false;
        }

        if (answer.SharedBody is not null)
        {
            batch.WriteShared(FrameKind.Response, FrameFlags.None, type, correlationId, answer.SharedBody);
        }
        else
        {
            batch.WriteMessage(FrameKind.Response, FrameFlags.None, type, correlationId, answer.Message!);
        }

        return true;
    }

    /// <summary>One request of a session that a worker runs; answered through the session, unless it was cancelled first.</summary>
    /// <remarks>Made on the receive path, run once by a worker. <see cref="TryClaim"/> decides between answer and cancellation.</remarks>
    private sealed class QueuedRequest(ClientSession session, MessageType type, ulong correlationId, IMessage message) : IWorkItem
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
                answer = session._services.Naming.RunQueued(session, Type, message);
            }
#pragma warning disable CA1031 // One failing request must not end the worker; the requester gets an error and the log the exception.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                session._services.Log.RequestFailed(fault, Type, session.Id);
                answer = NamingAnswer.Of(RequestError.Internal);
            }

            if (TryClaim())
            {
                session.AnswerFromWorker(this, answer);
                session._services.Metrics.QueuedRequests.Record(Stopwatch.GetElapsedTime(_arrivedAt).Ticks / TimeSpan.TicksPerMicrosecond);
            }
        }
    }

    /// <summary>The requests of one session that workers have; made with the first one. Thread-safe, under the request lock.</summary>
    private sealed class RequestsInWork(SessionServices services)
    {
        private readonly Lock _requestLock = new();
        private readonly Dictionary<ulong, QueuedRequest> _byCorrelation = [];

        public bool Contains(ulong correlationId)
        {
            lock (_requestLock)
            {
                return _byCorrelation.ContainsKey(correlationId);
            }
        }

        /// <summary>Hands a request to the workers; false when the session or the node has too many.</summary>
        public bool TryQueue(QueuedRequest request)
        {
            lock (_requestLock)
            {
                if (_byCorrelation.Count >= services.Options.Limits.RequestsInWorkPerClient || !services.Requests.TryAdd(request))
                {
                    return false;
                }

                _byCorrelation.Add(request.CorrelationId, request);
                return true;
            }
        }

        public void Remove(QueuedRequest request)
        {
            lock (_requestLock)
            {
                _byCorrelation.Remove(request.CorrelationId);
            }
        }

        /// <summary>The client does not want the answer any more: none is sent.</summary>
        public void Cancel(ulong correlationId)
        {
            lock (_requestLock)
            {
                if (_byCorrelation.TryGetValue(correlationId, out QueuedRequest? request) && request.TryClaim())
                {
                    _byCorrelation.Remove(correlationId);
                }
            }
        }
    }
}
