using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Requests;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using Google.Protobuf;

namespace FastRegistry.Node.Sessions;

/// <content>Requests that a worker runs: those that are not O(1), and those with a large body.</content>
/// <remarks>
/// A request waits as a request until the output has room, and one of a session is at the workers at a time: so no finished answer waits for room, and only a peer
/// that does not read meets the hard limit. A request with a large body is run alone: the input is held until it is answered, so the order of requests stays.
/// </remarks>
internal sealed partial class ClientSession
{
    /// <summary>The sets that this session has begun to register in parts. Receive path, or the worker that has taken its place.</summary>
    public OpenSets OpenSets => EnsureRequests().Sets;

    /// <summary>Has a request run by a worker, as soon as the output has room. Receive path.</summary>
    /// <returns>Null, or why not.</returns>
    private RequestError? TryQueue(MessageType type, ulong correlationId, IMessage message)
    {
        int limit = _services.Options.Limits.RequestsInWorkPerClient;
        if (!EnsureRequests().TryAdd(new QueuedRequest(this, type, correlationId, message), limit))
        {
            return RequestError.Limit(LimitOptions.RequestsInWorkPerClientKey, limit);
        }

        HandOutRequest();
        return null;
    }

    /// <summary>Has a request with a large body run by a worker and holds the input until it is answered. Receive path.</summary>
    private RequestError? TryRunLarge(MessageType type, ulong correlationId, in ReadOnlySequence<byte> body)
    {
        EnsureRequests();

        // Before the worker has it: it may be through before this thread goes on.
        _connection.HoldInput();
        if (_services.Requests.TryAdd(new LargeRequest(this, type, correlationId, body.ToArray())))
        {
            return null;
        }

        _connection.ResumeInput();
        return RequestError.Overloaded;
    }

    /// <summary>Gives the oldest request that waits to the workers, unless one is there already or the output has no room. Thread-safe.</summary>
    private void HandOutRequest()
    {
        if (Volatile.Read(ref _requests) is not { } requests)
        {
            return;
        }

        bool awaitsBudget;
        while (requests.TryTake(this, out QueuedRequest? next, out awaitsBudget))
        {
            if (_services.Requests.TryAdd(next))
            {
                return;
            }

            // The node's own queue is full. The answer is short.
            if (next.TryClaim())
            {
                requests.Remove(next);
                Answer(next.Type, next.CorrelationId, NamingAnswer.Of(RequestError.Overloaded));
            }

            requests.EndTurn(next);
        }

        if (awaitsBudget)
        {
            _services.BudgetRetry.Add(this);
        }
    }

    /// <summary>Sends an answer that was made outside the receive path.</summary>
    private AnswerOutcome Answer(MessageType type, ulong correlationId, in NamingAnswer answer)
    {
        BatchWriter batch = _connection.RentBatch();
        AnswerOutcome outcome = WriteAnswer(batch, type, correlationId, answer);
        _connection.SendBatch(batch);
        _connection.ReturnBatch(batch);
        return outcome;
    }

    private RequestsInWork EnsureRequests()
    {
        if (Volatile.Read(ref _requests) is { } there)
        {
            return there;
        }

        RequestsInWork made = new();
        return Interlocked.CompareExchange(ref _requests, made, null) ?? made;
    }

    /// <summary>One request of a session that a worker runs; answered through the session, unless it was cancelled first.</summary>
    /// <remarks>Made on the receive path. Its state decides between answer and cancellation.</remarks>
    private sealed class QueuedRequest(ClientSession session, MessageType type, ulong correlationId, IMessage message) : IWorkItem
    {
        // Claimed: an answer is being made ready to send. Cancelled: none is wanted.
        private const int Open = 0;
        private const int Claimed = 1;
        private const int Cancelled = 2;

        private readonly long _arrivedAt = Stopwatch.GetTimestamp();
        private int _state;

        public ulong CorrelationId { get; } = correlationId;

        public MessageType Type { get; } = type;

        /// <summary>Its place among those that wait; guarded by the request lock.</summary>
        public LinkedListNode<QueuedRequest>? Place { get; set; }

        public bool IsCancelled => Volatile.Read(ref _state) == Cancelled;

        /// <summary>True for the one caller that answers.</summary>
        public bool TryClaim() => Interlocked.CompareExchange(ref _state, Claimed, Open) == Open;

        /// <summary>No answer is wanted any more. True: none is sent. False: one is being sent, and whoever sends it looks again.</summary>
        public bool TryCancel() => Interlocked.Exchange(ref _state, Cancelled) != Claimed;

        void IWorkItem.Run()
        {
            RequestsInWork requests = session._requests!;
            int ends = requests.StreamEnds;
            NamingAnswer answer = IsCancelled ? default : Make();
            bool isDone = true;
            if (TryClaim())
            {
                isDone = session.Answer(Type, CorrelationId, answer) != AnswerOutcome.NoStream;
                if (isDone)
                {
                    requests.Remove(this);
                    session._services.Metrics.QueuedRequests.Record(Stopwatch.GetElapsedTime(_arrivedAt).Ticks / TimeSpan.TicksPerMicrosecond);
                }
            }

            if (isDone)
            {
                requests.EndTurn(this);
            }
            else
            {
                // The answer needs a stream and none is free: it is dropped, and the request waits, unless it was cancelled meanwhile.
                Interlocked.CompareExchange(ref _state, Open, Claimed);
                requests.PutBack(this, ends);
            }

            if (isDone && IsCancelled)
            {
                // The cancellation came before the stream of the answer.
                session.CancelStream(FrameKind.Response, CorrelationId, StreamResetCode.Cancelled);
            }

            session.HandOutRequest();
        }

        private NamingAnswer Make()
        {
            try
            {
                return session._services.Naming.RunQueued(session, Type, message);
            }
#pragma warning disable CA1031 // One failing request must not end the worker; the requester gets an error and the log the exception.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                session._services.Log.RequestFailed(fault, Type, session.Id);
                return NamingAnswer.Of(RequestError.Internal);
            }
        }
    }

    /// <summary>A request with a large body. The input of its session is held until it is answered, so it stands in the place of the receive path.</summary>
    private sealed class LargeRequest(ClientSession session, MessageType type, ulong correlationId, byte[] body) : IWorkItem
    {
        void IWorkItem.Run()
        {
            try
            {
                if (!session._services.Naming.TryRunNow(session, type, new ReadOnlySequence<byte>(body), out NamingAnswer answer, out IMessage? message))
                {
                    answer = session._services.Naming.RunQueued(session, type, message);
                }

                if (session.Answer(type, correlationId, answer) == AnswerOutcome.NoStream)
                {
                    session.Answer(type, correlationId, NamingAnswer.Of(RequestError.Overloaded));
                }
            }
#pragma warning disable CA1031 // As above.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                session._services.Log.RequestFailed(fault, type, session.Id);
                session.Answer(type, correlationId, NamingAnswer.Of(RequestError.Internal));
            }
            finally
            {
                session._connection.ResumeInput();
            }
        }
    }

    /// <summary>The requests of one session that wait or are at a worker, and its sets in parts; made with the first one. Thread-safe, under the request lock.</summary>
    private sealed class RequestsInWork
    {
        private readonly Lock _requestLock = new();
        private readonly Dictionary<ulong, QueuedRequest> _byCorrelation = [];
        private readonly LinkedList<QueuedRequest> _waiting = new();
        private QueuedRequest? _inHand;
        private bool _isStreamBlocked;
        private int _streamEnds;

        /// <summary>The sets in parts. Not under the lock: receive path, or the worker that has taken its place.</summary>
        public OpenSets Sets { get; } = new();

        /// <summary>Streams that have ended, to tell whether one ended while an answer was being made.</summary>
        public int StreamEnds => Volatile.Read(ref _streamEnds);

        public bool Contains(ulong correlationId)
        {
            lock (_requestLock)
            {
                return _byCorrelation.ContainsKey(correlationId);
            }
        }

        /// <summary>Adds a request behind those that wait; false when there are as many as may be.</summary>
        public bool TryAdd(QueuedRequest request, int limit)
        {
            lock (_requestLock)
            {
                if (_byCorrelation.Count >= limit)
                {
                    return false;
                }

                _byCorrelation.Add(request.CorrelationId, request);
                request.Place = _waiting.AddLast(request);
                return true;
            }
        }

        /// <summary>Takes the oldest request when it may be run now.</summary>
        /// <param name="session">Whose they are.</param>
        /// <param name="next">The request.</param>
        /// <param name="awaitsBudget">It waits for the budget of the node alone, so that no drain of this session comes. Decided with the look that found no room: a
        /// second look might find some, and nobody would come back.</param>
        public bool TryTake(ClientSession session, [NotNullWhen(true)] out QueuedRequest? next, out bool awaitsBudget)
        {
            next = null;
            awaitsBudget = false;
            lock (_requestLock)
            {
                if (_inHand is not null || _isStreamBlocked || _waiting.First is not { } first)
                {
                    return false;
                }

                if (!session.HasRoom)
                {
                    awaitsBudget = !session._connection.Outbound.IsAboveHighWaterMark;
                    return false;
                }

                // One that was cancelled has left the queue.
                _waiting.RemoveFirst();
                next = first.Value;
                next.Place = null;
                _inHand = next;
                return true;
            }
        }

        /// <summary>The request is answered.</summary>
        public void Remove(QueuedRequest request)
        {
            lock (_requestLock)
            {
                _byCorrelation.Remove(request.CorrelationId);
            }
        }

        /// <summary>The worker is through with a request.</summary>
        public void EndTurn(QueuedRequest request)
        {
            lock (_requestLock)
            {
                _inHand = _inHand == request ? null : _inHand;
            }
        }

        /// <summary>No stream was free for the answer: the request waits again, before all others.</summary>
        /// <param name="request">Which.</param>
        /// <param name="ends">Streams that had ended before the answer was made.</param>
        public void PutBack(QueuedRequest request, int ends)
        {
            lock (_requestLock)
            {
                _inHand = null;
                if (request.IsCancelled)
                {
                    _byCorrelation.Remove(request.CorrelationId);
                    return;
                }

                request.Place = _waiting.AddFirst(request);
                _isStreamBlocked = _streamEnds == ends;
            }
        }

        /// <summary>A stream has ended: the next one may begin.</summary>
        public void StreamEnded()
        {
            lock (_requestLock)
            {
                Volatile.Write(ref _streamEnds, _streamEnds + 1);
                _isStreamBlocked = false;
            }
        }

        /// <summary>The client does not want the answer any more: none is sent.</summary>
        public void Cancel(ulong correlationId)
        {
            lock (_requestLock)
            {
                if (_byCorrelation.TryGetValue(correlationId, out QueuedRequest? request) && request.TryCancel())
                {
                    _byCorrelation.Remove(correlationId);
                    if (request.Place is { } place)
                    {
                        _waiting.Remove(place);
                        request.Place = null;
                    }
                }
            }
        }

        /// <summary>The session is over: what waits is dropped.</summary>
        public void End()
        {
            lock (_requestLock)
            {
                foreach (QueuedRequest request in _waiting)
                {
                    request.Place = null;
                }

                _waiting.Clear();
                _byCorrelation.Clear();
            }
        }
    }
}
