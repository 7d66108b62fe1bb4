using System.Diagnostics;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Requests;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using Google.Protobuf;

namespace FastRegistry.Node.Sessions;

/// <content>Requests that a worker runs, and answers that are sent at once instead of with the batch.</content>
internal sealed partial class ClientSession
{
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
