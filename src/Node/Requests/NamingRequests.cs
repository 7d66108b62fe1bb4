using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Node.Admission;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Observability;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Requests;

/// <summary>What each naming request of the native transport does. Stateless: everything it changes belongs to the registry or the session.</summary>
/// <remarks>
/// <see cref="TryRunNow"/> is called on a session's receive path and does only what is O(1) or small; the rest is parsed there and run by a worker
/// through <see cref="RunQueued"/>.
/// </remarks>
internal sealed class NamingRequests(ServiceRegistry registry, LimitOptions limits, NamingAdmission admission, ILogger log)
{
    private readonly InstanceRequests _instances = new(registry);
    private readonly ListRequests _lists = new(registry, limits);

    /// <summary>Answers a request now, or parses it for a worker.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="type">The request's type.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="answer">The answer when true is returned.</param>
    /// <param name="queued">The parsed request when false is returned.</param>
    public bool TryRunNow(INamingCaller caller, MessageType type, in ReadOnlySequence<byte> body, out NamingAnswer answer, [NotNullWhen(false)] out IMessage? queued)
    {
        queued = null;
        if (admission.TryRefuse(type, out RequestError? refusal))
        {
            answer = NamingAnswer.Of(refusal);
            return true;
        }

        answer = default;
        try
        {
            if (type switch
            {
                MessageType.Query => _lists.TryQueryQuickly(caller, body, out answer),
                MessageType.Register => _instances.TryRegisterQuickly(caller, body, out answer),
                MessageType.Deregister => _instances.TryDeregisterQuickly(caller, body, out answer),
                _ => false,
            })
            {
                return true;
            }

            switch (type)
            {
                case MessageType.Register:
                    answer = _instances.Register(caller, Messages.RegisterRequest.Parser.ParseFrom(body));
                    return true;
                case MessageType.BatchRegister:
                    answer = _instances.BatchRegister(caller, Messages.BatchRegisterRequest.Parser.ParseFrom(body));
                    return true;
                case MessageType.Deregister:
                    answer = _instances.Deregister(caller, Messages.DeregisterRequest.Parser.ParseFrom(body));
                    return true;
                case MessageType.Query:
                    Messages.QueryRequest query = Messages.QueryRequest.Parser.ParseFrom(body);
                    queued = query;
                    answer = _lists.TryQuery(caller, query, whateverItCosts: false);
                    return HasAnswer(answer);
                case MessageType.Subscribe:
                    Messages.SubscribeRequest subscribe = Messages.SubscribeRequest.Parser.ParseFrom(body);
                    queued = subscribe;
                    answer = _lists.Subscribe(caller, subscribe);
                    return HasAnswer(answer);
                case MessageType.Unsubscribe:
                    bool removed = caller.Unsubscribe(Messages.UnsubscribeRequest.Parser.ParseFrom(body).SubscriptionId);
                    answer = NamingAnswer.Of(new Messages.UnsubscribeReply { Removed = removed });
                    return true;
                case MessageType.ListServices:
                    queued = Messages.ListServicesRequest.Parser.ParseFrom(body);
                    answer = default;
                    return false;
                default:
                    answer = NamingAnswer.Of(RequestError.Unknown(type));
                    return true;
            }
        }
        catch (InvalidProtocolBufferException)
        {
            answer = NamingAnswer.Of(RequestError.Malformed(type));
            return true;
        }
#pragma warning disable CA1031 // One failing request must not cost its sender the connection; it gets an error and the log the exception.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.RequestFailed(fault, type, caller.Id);
            answer = NamingAnswer.Of(RequestError.Internal);
            return true;
        }
    }

    /// <summary>Runs what <see cref="TryRunNow"/> left; on a worker's thread.</summary>
    public NamingAnswer RunQueued(INamingCaller caller, MessageType type, IMessage message) => type switch
    {
        MessageType.Query => _lists.TryQuery(caller, (Messages.QueryRequest)message, whateverItCosts: true),
        MessageType.Subscribe => ListRequests.FirstList(caller, (Messages.SubscribeRequest)message),
        MessageType.ListServices => _lists.ListServices(caller, (Messages.ListServicesRequest)message),
        _ => NamingAnswer.Of(RequestError.Unknown(type)),
    };

    private static bool HasAnswer(in NamingAnswer answer) => answer.SharedBody is not null || answer.Error is not null;
}
