using FastRegistry.Registry.Services;

namespace FastRegistry.Node.Sessions;

/// <summary>Has the lists a client did not acknowledge pushed again, whole. Run by a request worker: a client may have many subscriptions.</summary>
/// <param name="subscriptions">Of the session.</param>
/// <param name="acknowledged">Highest push sequence the client has confirmed.</param>
/// <param name="isLast">Not now, but when the client is heard of again.</param>
internal sealed class PushRepetition(SessionSubscriptions subscriptions, ulong acknowledged, bool isLast) : IWorkItem
{
    void IWorkItem.Run() => subscriptions.RepeatAbove(acknowledged, isLast);
}
