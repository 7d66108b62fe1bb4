using System.Threading.Channels;
using FastRegistry.Registry.Services;

namespace FastRegistry.Registry.Push;

/// <summary>Marks that a push worker has put aside while pushes are switched off.</summary>
/// <remarks>
/// The worker's thread only. Bounded by what lives: whenever it has doubled, the marks of services without subscribers and of subscriptions that have ended are
/// dropped. Left in the worker's queue they would pile up for as long as pushes are off.
/// </remarks>
internal sealed class HeldMarks
{
    private const int LeastToPrune = 1024;

    private readonly List<object> _marks = [];
    private int _pruneAt = LeastToPrune;

    public int Count => _marks.Count;

    /// <summary>Puts a marked service or subscription aside.</summary>
    /// <returns>How many marks were dropped meanwhile.</returns>
    public int Add(object marked)
    {
        _marks.Add(marked);
        if (_marks.Count < _pruneAt)
        {
            return 0;
        }

        int dropped = _marks.RemoveAll(static mark => !IsStillOfUse(mark));
        _pruneAt = Math.Max(LeastToPrune, 2 * _marks.Count);
        return dropped;
    }

    /// <summary>Gives everything back.</summary>
    public void MoveTo(ChannelWriter<object> marks)
    {
        foreach (object mark in _marks)
        {
            marks.TryWrite(mark);
        }

        _marks.Clear();
        _marks.Capacity = 0;
        _pruneAt = LeastToPrune;
    }

    private static bool IsStillOfUse(object mark)
    {
        if (mark is Subscription subscription)
        {
            return subscription.IsActive;
        }

        // Mark first, state second: a subscriber that comes after the look has its list from the answer, and a change after it marks the service anew.
        ServiceEntry service = (ServiceEntry)mark;
        if (service.SubscriberCount > 0)
        {
            return true;
        }

        service.ClearDirty();
        return service.SubscriberCount > 0 && service.TryMarkDirty();
    }
}
