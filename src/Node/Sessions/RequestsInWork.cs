namespace FastRegistry.Node.Sessions;

/// <summary>The requests of one session that workers have; made with the first one. Any thread, under a short lock.</summary>
internal sealed class RequestsInWork(SessionServices services)
{
    private readonly Lock _requestGate = new();
    private readonly Dictionary<ulong, QueuedRequest> _byCorrelation = [];

    public bool Contains(ulong correlationId)
    {
        lock (_requestGate)
        {
            return _byCorrelation.ContainsKey(correlationId);
        }
    }

    /// <summary>Hands a request to the workers; false when the session or the node has too many.</summary>
    public bool TryQueue(QueuedRequest request)
    {
        lock (_requestGate)
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
        lock (_requestGate)
        {
            _byCorrelation.Remove(request.CorrelationId);
        }
    }

    /// <summary>Nobody wants the answer any more: none is sent.</summary>
    public void Cancel(ulong correlationId)
    {
        lock (_requestGate)
        {
            if (_byCorrelation.TryGetValue(correlationId, out QueuedRequest? request) && request.TryClaim())
            {
                _byCorrelation.Remove(correlationId);
            }
        }
    }
}
