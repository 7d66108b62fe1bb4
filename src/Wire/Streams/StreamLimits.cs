using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Wire.Streams;

/// <summary>What one side takes of streams; the other side keeps to it. Both ends count alike, so what the sender begins never is too much for the receiver.</summary>
/// <param name="Streams">Streams open at a time.</param>
/// <param name="Bytes">Announced totals of all open streams together.</param>
/// <param name="CreditBytes">What may be sent of a stream before its first credit; more comes back in steps of half of that.</param>
public readonly record struct StreamLimits(int Streams, long Bytes, int CreditBytes)
{
    /// <summary>The limits of a side that announces none, and the largest.</summary>
    public static StreamLimits Default { get; } = new(WireLimits.MaximumOpenStreams, WireLimits.MaximumStreamBytes, WireLimits.InitialStreamCreditBytes);

    /// <summary>The limits that a side announced: 0 = the default, and never more than that.</summary>
    public static StreamLimits From(Limits? message) => message is null
        ? Default
        : new StreamLimits(
            (int)Choose(message.Streams, WireLimits.MaximumOpenStreams),
            (long)Choose(message.StreamBytes, WireLimits.MaximumStreamBytes),
            (int)Choose(message.StreamCreditBytes, WireLimits.InitialStreamCreditBytes));

    private static ulong Choose(ulong announced, int most) => announced == 0 ? (ulong)most : Math.Min(announced, (ulong)most);
}
