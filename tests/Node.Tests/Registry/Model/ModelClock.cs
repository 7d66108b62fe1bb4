using FastRegistry.Node.Configuration;

namespace FastRegistry.Node.Tests.Registry.Model;

/// <summary>Model time in milliseconds, and what comes due in it.</summary>
internal sealed class ModelClock(IReadOnlyList<ModelService> services, DeadlineOptions deadlines)
{
    /// <summary>A deadline is kept within this time.</summary>
    private const int ToleranceMilliseconds = 200;

    private readonly int _empty = (int)deadlines.EmptyService.TotalMilliseconds;
    private readonly int _override = (int)deadlines.ExpiredOverride.TotalMilliseconds;
    private readonly int _reaffirm = (int)deadlines.Reaffirm.TotalMilliseconds;

    /// <summary>Sessions that took a client over, each with the time it did.</summary>
    private readonly List<(int Since, Func<bool> Withdraw)> _takeovers = [];

    // Something came due then.
    private int _lastDue = -ToleranceMilliseconds;

    public int Now { get; private set; }

    /// <summary>Something is due so close to now that it may have happened or not.</summary>
    public bool IsUndecided => IsNear(_lastDue)
        || _takeovers.Any(takeover => IsNear(takeover.Since + _reaffirm))
        || services.Any(service => service.Overrides.Values.Any(over => over.GoneSince is { } since && IsNear(since + _override)))
        || services.Any(service => service.EmptySince is { } since && Now > since + Earliest(service) - ToleranceMilliseconds && Now < LatestEnd(service) + ToleranceMilliseconds);

    public void TakenOver(Func<bool> withdraw) => _takeovers.Add((Now, withdraw));

    /// <summary>Takes note of how long empty services may stay; after every operation.</summary>
    public void Note()
    {
        foreach (ModelService service in services)
        {
            service.LatestEnd = service.EmptySince is null ? service.LatestEnd : LatestEnd(service);
        }
    }

    public void Advance(int milliseconds)
    {
        int end = Now + milliseconds;
        while (true)
        {
            int next = Math.Min(
                _takeovers.Select(takeover => takeover.Since + _reaffirm).DefaultIfEmpty(int.MaxValue).Min(),
                services.SelectMany(Dues).DefaultIfEmpty(int.MaxValue).Min());
            if (next > end)
            {
                Now = end;
                return;
            }

            Now = next;
            _lastDue = next;
            foreach ((int since, Func<bool> withdraw) in _takeovers.Where(takeover => takeover.Since + _reaffirm <= next).ToArray())
            {
                _takeovers.Remove((since, withdraw));
                withdraw();
            }

            Note();
            foreach (ModelService service in services)
            {
                Expire(service);
            }
        }
    }

    private IEnumerable<int> Dues(ModelService service) => service.Overrides.Values
        .Where(static over => over.GoneSince is not null)
        .Select(over => over.GoneSince!.Value + _override)
        .Concat(service.EmptySince is null ? [] : [LatestEnd(service)]);

    private void Expire(ModelService service)
    {
        foreach (((string, string, int) identity, ModelOverride over) in service.Overrides.ToArray())
        {
            if (over.GoneSince + _override <= Now)
            {
                service.Overrides.Remove(identity);
            }
        }

        if (service.EmptySince is not null && LatestEnd(service) <= Now)
        {
            service.EmptySince = null;
            service.Disappear();
        }
    }

    // An override that has just ended may have prolonged the time.
    private int Latest(ModelService service) => service.Threshold is not null ? _empty + _override : Math.Max(_empty, _override);

    private int LatestEnd(ModelService service) => Math.Max(service.LatestEnd, service.EmptySince!.Value + Latest(service));

    private int Earliest(ModelService service) => service.Threshold is not null ? _empty + _override : service.Overrides.Count > 0 ? Math.Max(_empty, _override) : _empty;

    private bool IsNear(int due) => Math.Abs(Now - due) < ToleranceMilliseconds;
}
