namespace FastRegistry.Node.Tests.Admission;

/// <summary>A clock that says what it is told, also what it would have said earlier.</summary>
internal sealed class SettableTimeProvider : TimeProvider
{
    public long Timestamp { get; set; }

    public override long GetTimestamp() => Timestamp;
}
