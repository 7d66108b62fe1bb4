using System.Buffers;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Restore;

/// <summary>One connection of a client that comes back, and how many of its lists are missing. Its connection's receive path.</summary>
internal sealed class RestoreLink(RestoreClient client, RestorePart part, int subscriptions)
{
    private int _incomplete = subscriptions;
    private int _unconfirmed = subscriptions;

    public RestoreClient Client => client;

    public RestorePart Part => part;

    public void ListIsWhole(long at)
    {
        if (--_incomplete == 0)
        {
            part.ClientIsWhole(client.Number, at);
        }
    }

    public void ListIsConfirmed(long at)
    {
        if (--_unconfirmed == 0)
        {
            part.ClientIsConfirmed(client.Number, at);
        }
    }
}

/// <summary>One subscription of a connection: keeps the client's list up to date and tells when it is whole.</summary>
/// <param name="index">Of the client's subscriptions.</param>
internal sealed class RestoreSubscription(RestoreLink link, int index) : INativeSubscriber
{
    private bool _isWhole;
    private bool _isConfirmed;

    public void Take(MessageType type, in ReadOnlySequence<byte> message, long receivedAt)
    {
        if (type == MessageType.EndedPush)
        {
            link.Part.EndedSubscriptions.Count(StatusTexts.OfEndedSubscription(message));
            return;
        }

        if (type is not (MessageType.SnapshotPush or MessageType.DeltaPush or MessageType.UnchangedPush))
        {
            return;
        }

        link.Part.CountPush(type);
        if (message.IsSingleSegment)
        {
            Take(type, message.FirstSpan, receivedAt);
            return;
        }

        byte[] copy = ArrayPool<byte>.Shared.Rent((int)message.Length);
        message.CopyTo(copy);
        Take(type, copy.AsSpan(0, (int)message.Length), receivedAt);
        ArrayPool<byte>.Shared.Return(copy);
    }

    public void ConnectionEnded()
    {
        // The client waits for the end of its connection, not of each subscription.
    }

    private void Take(MessageType type, ReadOnlySpan<byte> message, long receivedAt)
    {
        ListVersion? list = ListHead.TryRead(type, message, out ListHead head) ? link.Client.Take(index, type, head, message) : null;
        if (list is null)
        {
            link.Part.CountGap();
            return;
        }

        bool isWhole = list.Count >= link.Part.WholeCount;
        if (isWhole && !_isWhole)
        {
            _isWhole = true;
            link.ListIsWhole(receivedAt);
        }

        if (isWhole && !head.IsProvisional && !_isConfirmed)
        {
            _isConfirmed = true;
            link.ListIsConfirmed(receivedAt);
        }
    }
}
