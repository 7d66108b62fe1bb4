using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using Google.Protobuf;

namespace FastRegistry.Node.Requests;

/// <summary>An answer to a naming request: a message, a body that is encoded already and shared, what a write has done, or an error.</summary>
/// <param name="Message">The message, or null.</param>
/// <param name="SharedBody">The body, or null.</param>
/// <param name="Error">The error, or null.</param>
/// <param name="FirstOf">The subscription whose first list this is; it hears when the list was written.</param>
/// <param name="Revision">Of that list.</param>
/// <param name="Written">What a write has done, or null.</param>
internal readonly record struct NamingAnswer(
    IMessage? Message, byte[]? SharedBody, RequestError? Error, Subscription? FirstOf = null, long Revision = 0, WriteReply? Written = null)
{
    public static NamingAnswer Of(IMessage message) => new(message, null, null);

    public static NamingAnswer Of(byte[] sharedBody) => new(null, sharedBody, null);

    public static NamingAnswer Of(RequestError error) => new(null, null, error);

    public static NamingAnswer Of(WriteReply written) => new(null, null, null, Written: written);
}
