using Google.Protobuf;

namespace FastRegistry.Server.Naming;

/// <summary>An answer to a naming request: a message, a body that is encoded already and shared, or an error.</summary>
internal readonly record struct NamingAnswer(IMessage? Message, byte[]? SharedBody, RequestError? Error)
{
    public static NamingAnswer Of(IMessage message) => new(message, null, null);

    public static NamingAnswer Of(byte[] sharedBody) => new(null, sharedBody, null);

    public static NamingAnswer Of(RequestError error) => new(null, null, error);
}
