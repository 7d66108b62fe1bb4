namespace FastRegistry.Server.Registry;

/// <summary>Everything that is published for a service: per identity the listed publication and, behind it, those that wait.</summary>
/// <remarks>
/// Part of a <see cref="ServiceEntry"/>, guarded by its gate. Of one identity the newest registration is listed: latest time stamp, then highest node, then highest
/// client, so that every node lists the same whatever order it hears of them in. Registrations of this node have rising stamps, so they go to the front at once.
/// </remarks>
internal readonly struct PublicationSet(ulong node)
{
    private readonly Dictionary<InstanceIdentity, Publication> _listed = [];

    /// <summary>Identities.</summary>
    public int Count => _listed.Count;

    public Dictionary<InstanceIdentity, Publication>.ValueCollection Listed => _listed.Values;

    /// <summary>What is listed under an identity.</summary>
    public Publication? Find(InstanceIdentity identity) => _listed.GetValueOrDefault(identity);

    /// <summary>What a client publishes under an identity, listed or waiting.</summary>
    public Publication? Find(RegistryClient client, InstanceIdentity identity)
    {
        Publication? publication = Find(identity);
        while (publication is not null && publication.Client != client)
        {
            publication = publication.Waiting;
        }

        return publication;
    }

    /// <summary>True when an identity would leave the list with this publication.</summary>
    public bool IsOnlyOne(Publication publication) => publication.Waiting is null && Find(publication.Instance.Identity) == publication;

    /// <summary>Puts a publication in its place.</summary>
    public void Add(Publication publication)
    {
        InstanceIdentity identity = publication.Instance.Identity;
        Publication? newest = Find(identity);
        if (newest is null || IsNewer(publication, newest))
        {
            publication.Waiting = newest;
            _listed[identity] = publication;
            return;
        }

        Publication before = newest;
        while (before.Waiting is { } next && !IsNewer(publication, next))
        {
            before = next;
        }

        publication.Waiting = before.Waiting;
        before.Waiting = publication;
    }

    /// <summary>Takes a publication out.</summary>
    public void Remove(Publication publication)
    {
        InstanceIdentity identity = publication.Instance.Identity;
        Publication newest = _listed[identity];
        if (newest == publication)
        {
            if (publication.Waiting is null)
            {
                _listed.Remove(identity);
            }
            else
            {
                _listed[identity] = publication.Waiting;
            }
        }
        else
        {
            Publication before = newest;
            while (before.Waiting != publication)
            {
                before = before.Waiting!;
            }

            before.Waiting = publication.Waiting;
        }

        publication.Waiting = null;
    }

    private bool IsNewer(Publication left, Publication right)
    {
        if (left.RegisteredAt != right.RegisteredAt)
        {
            return left.RegisteredAt > right.RegisteredAt;
        }

        ulong leftNode = left.Client.OwnerNode == 0 ? node : left.Client.OwnerNode;
        ulong rightNode = right.Client.OwnerNode == 0 ? node : right.Client.OwnerNode;
        return leftNode != rightNode ? leftNode > rightNode : left.Client.Key.CompareTo(right.Client.Key) > 0;
    }
}
