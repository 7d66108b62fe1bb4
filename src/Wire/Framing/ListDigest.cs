using System.IO.Hashing;

namespace FastRegistry.Wire.Framing;

/// <summary>The digest of a list of instances: the sum modulo 2^64 of one number per instance, so that the order of the list does not count.</summary>
/// <remarks>
/// <para>
/// A client that resumes names the list it holds by epoch, revision, count and digest (<c>HeldList</c>). When count and digest are those of the node's list,
/// the node says <c>SnapshotUnchanged</c> instead of sending the list. Both sides take the encoded <c>Instance</c> message <em>as it stands in the list that
/// the node sent</em>, that is the bytes of one element of <c>Snapshot.instances</c> without its tag and length. A client that keeps instances of an earlier
/// epoch (see <c>provisional</c>) leaves them out of count and digest.
/// </para>
/// <para>
/// A wrong digest costs a whole list, or, when it happens to fit, leaves a client with a list that is not the node's. It is no border of security: a client
/// deceives only itself.
/// </para>
/// <example>
/// <code>
/// ulong digest = 0;
/// foreach (ReadOnlyMemory&lt;byte&gt; instance in instances)
/// {
///     digest = unchecked(digest + ListDigest.OfInstance(instance.Span));
/// }
/// </code>
/// The instance with ip <c>10.0.0.1</c> and port 8080 and nothing else is the message <c>0A 08 31 30 2E 30 2E 30 2E 31 10 90 3F</c>; its number is
/// <c>0x908EBC154D3F7EC8</c>. With 10.0.0.2:8080 (<c>0x9334AF285FFC440B</c>) the list has the digest <c>0x23C36B3DAD3BC2D3</c>. An empty list has 0.
/// </example>
/// </remarks>
public static class ListDigest
{
    /// <summary>The number of one instance: XXH64 with seed 0.</summary>
    /// <param name="encodedInstance">The <c>Instance</c> message as it stands in the list.</param>
    public static ulong OfInstance(ReadOnlySpan<byte> encodedInstance) => XxHash64.HashToUInt64(encodedInstance);
}
