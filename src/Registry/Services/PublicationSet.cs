using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Services;

/// <summary>Everything that is published for a service: per identity the listed publication and, behind it, those that wait.</summary>
/// <remarks>
/// Part of a <see cref="ServiceEntry"/>, guarded by its gate. Of one identity the newest registration is listed: latest time stamp, then highest node, then highest
/// client, so that every node lists the same whatever order it hears of them in. Registrations of this node have rising stamps, so they go to the front at once.
/// A set and not a dictionary: the publication holds its identity already, and a million of them would hold it twice.
/// </remarks>
internal readonly struct PublicationSet(ulong node)
{
    private readonly HashSet<Publication> _listed = new(PublicationComparer.Shared);

    /// <summary>Identities.</summary>
    public int Count => _listed.Count;

    public HashSet<Publication> Listed => _listed;

    /// <summary>What is listed under an identity.</summary>
    public Publication? Find(InstanceName name) =>
        _listed.GetAlternateLookup<InstanceName>().TryGetValue(name, out Publication? listed) ? listed : null;

    /// <summary>What a client publishes, listed or waiting.</summary>
    /// <param name="listed">What is listed under the identity.</param>
    /// <param name="client">Whose.</param>
    public static Publication? Find(Publication? listed, RegistryClient client)
    {
        Publication? publication = listed;
        while (publication is not null && publication.Client != client)
        {
            publication = publication.Waiting;
        }

        return publication;
    }

    /// <summary>True when an identity would leave the list with this publication.</summary>
    public bool IsOnlyOne(Publication publication) => publication.Waiting is null && Find(publication.Instance.Name) == publication;

    /// <summary>Puts a publication in its place.</summary>
    public void Add(Publication publication)
    {
        Publication? newest = Find(publication.Instance.Name);
        if (newest is null || IsNewer(publication, newest))
        {
            publication.Waiting = newest;
            if (newest is not null)
            {
                _listed.Remove(newest);
            }

            _listed.Add(publication);
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
        Publication newest = Find(publication.Instance.Name)!;
        if (newest == publication)
        {
            _listed.Remove(publication);
            if (publication.Waiting is not null)
            {
                _listed.Add(publication.Waiting);
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
