using FastRegistry.Node.Limits;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Sessions;

/// <summary>Chooses the sessions that are shed, youngest first. The oldest stay: their clients have been served the longest without trouble.</summary>
internal static class SheddingPolicy
{
    /// <summary>Chooses the sessions that exceed the rules now in force. Walks all sessions; for a worker.</summary>
    public static SheddingPlan BeyondRules(SessionTable sessions, ConnectionLimits limits)
    {
        ConnectionRules rules = limits.Rules;
        Dictionary<AddressConnections, int> perAddress = [];
        Dictionary<string, int> perApplication = new(StringComparer.Ordinal);
        int total = 0;
        bool repeat = false;
        List<SheddingCandidate> candidates = [];
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
                candidates.Add(new SheddingCandidate(session, GoAwayReason.LimitExceeded, rule.Text));
            }
            else
            {
                repeat = true;
            }
        }

        candidates.Reverse();
        return new SheddingPlan(candidates, limits.RedirectAddresses, repeat);
    }

    /// <summary>Chooses the sessions beyond a number of them. Walks all sessions; for a worker.</summary>
    /// <param name="sessions">All sessions.</param>
    /// <param name="count">How many may stay.</param>
    /// <param name="addresses">Where the others are sent; may be empty.</param>
    public static SheddingPlan Beyond(SessionTable sessions, int count, IReadOnlyList<string> addresses)
    {
        ClientSession[] all = OldestFirst(sessions);
        IEnumerable<SheddingCandidate> candidates = all.Reverse()
            .Where(static session => session.Status.IsReady)
            .Take(Math.Max(0, all.Length - count))
            .Select(static session => new SheddingCandidate(session, GoAwayReason.Move, "an operator has this node shed connections"));
        return new SheddingPlan([.. candidates], addresses, Repeat: false);
    }

    private static ClientSession[] OldestFirst(SessionTable sessions)
    {
        ClientSession[] staying = [.. sessions.ToArray().Where(static session => !session.Status.IsLeaving)];
        Array.Sort(staying, static (first, second) => first.Id.CompareTo(second.Id));
        return staying;
    }
}

/// <summary>A session that is to be shed, and what its goaway says.</summary>
/// <param name="Session">Set up when it was chosen.</param>
/// <param name="Reason">The goaway's reason.</param>
/// <param name="Text">For people.</param>
internal readonly record struct SheddingCandidate(ClientSession Session, GoAwayReason Reason, string Text);

/// <summary>The sessions to shed, in order.</summary>
/// <param name="Candidates">Asked one after the other, spread over time.</param>
/// <param name="Addresses">Where they are sent; may be empty.</param>
/// <param name="Repeat">A session that is not set up yet exceeds the rules too; choose again later.</param>
internal sealed record SheddingPlan(IReadOnlyList<SheddingCandidate> Candidates, IReadOnlyList<string> Addresses, bool Repeat)
{
    public static SheddingPlan Nobody { get; } = new([], [], Repeat: false);
}
