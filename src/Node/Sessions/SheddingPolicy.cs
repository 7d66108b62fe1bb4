using FastRegistry.Node.Limits;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Sessions;

/// <summary>Chooses sessions that are to leave. The oldest stay: they are the ones whose clients have been served the longest without trouble.</summary>
internal static class SessionChoice
{
    /// <summary>Those that are more than the rules allow now. Walks all sessions; for a worker.</summary>
    public static SheddingPlan BeyondRules(SessionTable sessions, ConnectionLimits limits)
    {
        ConnectionRules rules = limits.Rules;
        Dictionary<AddressConnections, int> perAddress = [];
        Dictionary<string, int> perApplication = new(StringComparer.Ordinal);
        int total = 0;
        bool repeat = false;
        List<Departure> departures = [];
        foreach (ClientSession session in OldestFirst(sessions))
        {
            int ofAddress = session.Address is { } address ? perAddress.GetValueOrDefault(address) : 0;
            string application = session.Profile.Application;
            int ofApplication = perApplication.GetValueOrDefault(application);
            LimitRule addressRule = session.Address is null ? LimitRule.None : rules.ForAddress(session.Address.Address);
            LimitRule applicationRule = application.Length == 0 ? LimitRule.None : rules.ForApplication(application);
            LimitRule? broken = !rules.Connections.Allows(total) ? rules.Connections
                : !addressRule.Allows(ofAddress) ? addressRule
                : !applicationRule.Allows(ofApplication) ? applicationRule
                : null;
            if (broken is not { } rule)
            {
                total++;
                perApplication[application] = ofApplication + 1;
                if (session.Address is not null)
                {
                    perAddress[session.Address] = ofAddress + 1;
                }
            }
            else if (session.Status.IsReady)
            {
                departures.Add(new Departure(session, GoAwayReason.LimitExceeded, rule.Text));
            }
            else
            {
                repeat = true;
            }
        }

        departures.Reverse();
        return new SheddingPlan(departures, limits.RedirectAddresses, repeat);
    }

    /// <summary>Those beyond <paramref name="count"/>. Walks all sessions; for a worker.</summary>
    /// <param name="sessions">All.</param>
    /// <param name="count">How many may stay.</param>
    /// <param name="addresses">Where the others are sent; may be empty.</param>
    public static SheddingPlan Beyond(SessionTable sessions, int count, IReadOnlyList<string> addresses)
    {
        ClientSession[] all = OldestFirst(sessions);
        IEnumerable<Departure> departures = all.Reverse()
            .Where(static session => session.Status.IsReady)
            .Take(Math.Max(0, all.Length - count))
            .Select(static session => new Departure(session, GoAwayReason.Move, "an operator has this node shed connections"));
        return new SheddingPlan([.. departures], addresses, Repeat: false);
    }

    private static ClientSession[] OldestFirst(SessionTable sessions)
    {
        ClientSession[] staying = [.. sessions.ToArray().Where(static session => !session.Status.IsLeaving)];
        Array.Sort(staying, static (first, second) => first.Id.CompareTo(second.Id));
        return staying;
    }
}
