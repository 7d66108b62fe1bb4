using FastRegistry.Wire.Timing;

namespace FastRegistry.Wire.Tests.Timing;

/// <summary>An owner whose answer is a delegate and which records its calls.</summary>
internal sealed class DelegateOwner(Func<int, long, Deadline>? answer = null) : IDeadlineOwner
{
    public List<(int Entry, long Now)> Calls { get; } = [];

    public Deadline OnDeadline(int entry, long now)
    {
        Calls.Add((entry, now));
        return answer?.Invoke(entry, now) ?? Deadline.None;
    }
}
