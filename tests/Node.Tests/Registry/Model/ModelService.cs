namespace FastRegistry.Node.Tests.Registry.Model;

/// <summary>One service as the specification describes it: lists and dictionaries, everything worked out anew whenever it is asked for.</summary>
internal sealed class ModelService
{
    /// <summary>Oldest registration first: the last one of an identity is listed.</summary>
    public List<ModelPublication> Publications { get; } = [];

    public Dictionary<(string, string, int), ModelOverride> Overrides { get; } = [];

    /// <summary>The node knows its name.</summary>
    public bool Exists { get; set; }

    /// <summary>"Ephemeral" or "Persistent"; null = free.</summary>
    public string? Kind { get; set; }

    /// <summary>Null = no metadata, and then no protection.</summary>
    public double? Threshold { get; set; }

    public string EmptyReason { get; set; } = "NeverSeen";

    public int Subscribers { get; set; }

    /// <summary>From when its time to disappear counts; null = it does not.</summary>
    public int? EmptySince { get; set; }

    /// <summary>The latest its time was ever seen to end: a time that becomes shorter is noticed only then.</summary>
    public int LatestEnd { get; set; }

    public IEnumerable<ModelPublication> Listed => Publications.GroupBy(static publication => publication.Instance.Identity).Select(static group => group.Last());

    /// <summary>What is listed, as overrides show it, disabled ones included.</summary>
    public IEnumerable<ModelInstance> Shown => Listed.Select(listed => Overrides.TryGetValue(listed.Instance.Identity, out ModelOverride? over) ? over.Over(listed.Instance) : listed.Instance);

    public ModelView See(ModelFilter filter)
    {
        ModelInstance[] candidates = [.. Shown.Where(instance => instance.Enabled && (filter.Cluster.Length == 0 || instance.Cluster == filter.Cluster))];
        int healthy = candidates.Count(static instance => instance.Healthy);
        bool reached = Threshold is { } threshold && candidates.Length > 0 && (double)healthy / candidates.Length <= Math.Max(0, threshold);
        IEnumerable<ModelInstance> seen = reached
            ? candidates.Select(static instance => instance with { Healthy = true })
            : candidates.Where(instance => instance.Healthy || !filter.HealthyOnly);
        return ModelView.Of(seen, reached, Publications.Count == 0 ? EmptyReason : "NotEmpty");
    }

    /// <summary>Everything a revision stands for.</summary>
    public string Fingerprint => string.Join('\n', Shown.Select(static instance => instance.ToString()).Order(StringComparer.Ordinal));

    public void Register(int client, int attachment, ModelInstance instance, int now)
    {
        int own = Publications.FindIndex(publication => publication.Client == client && publication.Instance.Identity == instance.Identity);
        if (own >= 0 && Publications[own].Instance == instance)
        {
            Publications[own].Attachment = attachment;
            return;
        }

        if (own >= 0)
        {
            Publications.RemoveAt(own);
        }

        Publications.Add(new ModelPublication(client, instance) { Attachment = attachment });
        EmptySince = null;
        Settle(instance.Identity, now);
    }

    public int Withdraw(Predicate<ModelPublication> which, string reason, int now)
    {
        ModelPublication[] gone = [.. Publications.Where(publication => which(publication))];
        foreach (ModelPublication publication in gone)
        {
            Publications.Remove(publication);
            Settle(publication.Instance.Identity, now);
        }

        if (gone.Length > 0 && Publications.Count == 0)
        {
            EmptyReason = reason;
            EmptySince = now;
        }

        return gone.Length;
    }

    /// <summary>Empty for its time.</summary>
    public void Disappear()
    {
        Kind = null;
        Threshold = null;
        Overrides.Clear();
        if (Subscribers == 0)
        {
            Exists = false;
            EmptyReason = "NeverSeen";
        }
    }

    /// <summary>Whether an override goes on for what is listed under its identity now.</summary>
    private void Settle((string, string, int) identity, int now)
    {
        if (!Overrides.TryGetValue(identity, out ModelOverride? over))
        {
            return;
        }

        ModelPublication? listed = Publications.LastOrDefault(publication => publication.Instance.Identity == identity);
        if (listed is null)
        {
            over.GoneSince = now;
        }
        else if (listed.Client == over.Client)
        {
            over.GoneSince = null;
        }
        else
        {
            Overrides.Remove(identity);
        }
    }
}
