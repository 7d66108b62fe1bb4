using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using FastRegistry.Node.Admission;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Observability;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using Google.Protobuf;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Requests;

/// <summary>Runs the naming requests of the native transport: register, deregister, query, subscribe, list services.</summary>
/// <remarks>
/// <para>
/// One per node; thread-safe, because it has no state: everything it changes belongs to the registry or the caller. It takes no lock; the registry takes its own.
/// </para>
/// <para>
/// <see cref="TryRunNow"/> is called on a session's receive path and does only what is O(1) or small; the rest is parsed there and run by a worker
/// through <see cref="RunQueued"/>. This file holds the dispatch and the hot paths, which read a request of the common form where it lies; the other parts
/// handle parsed requests. Both ways give the same answer.
/// </para>
/// </remarks>
internal sealed partial class NamingRequests(ServiceRegistry registry, LimitOptions limits, NamingAdmission admission, ILogger log)
{
    /// <summary>Answers a request now, or parses it for a worker.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="type">The request's type.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="answer">The answer when true is returned.</param>
    /// <param name="queued">The parsed request when false is returned.</param>
    public bool TryRunNow(INamingCaller caller, MessageType type, in ReadOnlySequence<byte> body, out NamingAnswer answer, [NotNullWhen(false)] out IMessage? queued)
    {
        queued = null;
        if ((admission.Status.MayRefuse || admission.Limits.HasRules) && admission.TryRefuse(type, out RequestError? refusal))
        {
            answer = NamingAnswer.Of(refusal);
            return true;
        }

        answer = default;
        try
        {
            if (type switch
            {
                MessageType.Query => TryQueryQuickly(caller, body, out answer),
                MessageType.Register => TryRegisterQuickly(caller, body, out answer),
                MessageType.Deregister => TryDeregisterQuickly(caller, body, out answer),
                _ => false,
            })
            {
                return true;
            }

            if (ShapeOf(type) is { } shape && !MessageCheck.IsWellFormed(shape, body))
            {
                answer = NamingAnswer.Of(RequestError.Malformed(type));
                return true;
            }

            switch (type)
            {
                case MessageType.Register:
                    answer = Register(caller, Messages.RegisterRequest.Parser.ParseFrom(body));
                    return true;
                case MessageType.BatchRegister:
                    answer = BatchRegister(caller, Messages.BatchRegisterRequest.Parser.ParseFrom(body));
                    return true;
                case MessageType.Deregister:
                    answer = Deregister(caller, Messages.DeregisterRequest.Parser.ParseFrom(body));
                    return true;
                case MessageType.Query:
                    Messages.QueryRequest query = Messages.QueryRequest.Parser.ParseFrom(body);
                    queued = query;
                    answer = TryQuery(caller, query, whateverItCosts: false);
                    return HasAnswer(answer);
                case MessageType.Subscribe:
                    answer = Subscribe(caller, Messages.SubscribeRequest.Parser.ParseFrom(body));
                    return true;
                case MessageType.Unsubscribe:
                    bool removed = caller.Unsubscribe(Messages.UnsubscribeRequest.Parser.ParseFrom(body).SubscriptionId);
                    answer = NamingAnswer.Of(new Messages.UnsubscribeReply { Removed = removed });
                    return true;
                case MessageType.ListServices:
                    queued = Messages.ListServicesRequest.Parser.ParseFrom(body);
                    answer = default;
                    return false;
                case MessageType.Authenticate:
                    answer = NamingAnswer.Of(new RequestError(ErrorCode.NotSupported, "", "this version has no authentication"));
                    return true;
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
        MessageType.Query => TryQuery(caller, (Messages.QueryRequest)message, whateverItCosts: true),
        MessageType.ListServices => ListServices(caller, (Messages.ListServicesRequest)message),
        _ => NamingAnswer.Of(RequestError.Unknown(type)),
    };

    /// <summary>Parses a query that was answered on its hot path, so that a worker can run it again.</summary>
    public static IMessage Parse(MessageType type, in ReadOnlySequence<byte> body) => type switch
    {
        MessageType.Query => Messages.QueryRequest.Parser.ParseFrom(body),
        _ => throw new InvalidOperationException($"a {type} has no large answer"),
    };

    private static MessageShape? ShapeOf(MessageType type) => type switch
    {
        MessageType.Register => MessageShape.RegisterRequest,
        MessageType.Deregister => MessageShape.DeregisterRequest,
        MessageType.BatchRegister => MessageShape.BatchRegisterRequest,
        MessageType.Query => MessageShape.QueryRequest,
        MessageType.ListServices => MessageShape.ListServicesRequest,
        MessageType.Subscribe => MessageShape.SubscribeRequest,
        MessageType.Unsubscribe => MessageShape.UnsubscribeRequest,
        _ => null,
    };

    private static bool HasAnswer(in NamingAnswer answer) => answer.SharedBody is not null || answer.Error is not null;

    /// <summary>The hot path: a known service whose list is current and encoded costs a lookup and a reference.</summary>
    private bool TryQueryQuickly(INamingCaller caller, in ReadOnlySequence<byte> body, out NamingAnswer answer)
    {
        Span<byte> key = stackalloc byte[ServiceRequestReader.MaximumKeyBytes];
        answer = default;
        if (!ServiceRequestReader.TryRead(body, out ServiceRequestReader request)
            || !request.Item.IsEmpty
            || !request.TryWriteKey(caller.DefaultNamespaceUtf8, key, out int keyBytes)
            || !registry.TryGet(key[..keyBytes], out ServiceEntry? entry)
            || !entry.IsSnapshotCurrent)
        {
            return false;
        }

        ServiceSnapshot snapshot = entry.GetSnapshot();
        if (!snapshot.IsEncoded || snapshot.Metadata?.Selector is not null)
        {
            return false;
        }

        answer = NamingAnswer.Of(snapshot.Encode(InstanceFilter.All));
        return true;
    }

    /// <summary>The hot path: one plain instance of a known service. Nothing is parsed into objects, and what changes nothing allocates nothing.</summary>
    /// <returns>False when the request has to be parsed.</returns>
    private bool TryRegisterQuickly(INamingCaller caller, in ReadOnlySequence<byte> body, out NamingAnswer answer)
    {
        answer = default;
        if (!TryRead(caller, body, out ServiceRequestReader request, out ServiceEntry? entry)
            || !InstanceReader.TryRead(request.Item, out InstanceReader instance)
            || !registry.TryRegister(caller.Client, entry, instance, caller, out RegistrationResult result, out byte[]? unchanged))
        {
            return false;
        }

        answer = unchanged is not null ? NamingAnswer.Of(unchanged) : Registered(result);
        return true;
    }

    /// <summary>The hot path: one instance of a known service goes.</summary>
    /// <returns>False when the request has to be parsed.</returns>
    private bool TryDeregisterQuickly(INamingCaller caller, in ReadOnlySequence<byte> body, out NamingAnswer answer)
    {
        answer = default;
        Span<char> texts = stackalloc char[InstanceReader.MaximumNameLength];
        if (!TryRead(caller, body, out ServiceRequestReader request, out ServiceEntry? entry)
            || !InstanceReader.TryReadKey(request.Item, out InstanceReader key)
            || !registry.TryDeregister(caller.Client, entry, key.NameIn(texts), caller, out RegistrationResult result))
        {
            return false;
        }

        answer = Deregistered(result);
        return true;
    }

    private bool TryRead(INamingCaller caller, in ReadOnlySequence<byte> body, out ServiceRequestReader request, [NotNullWhen(true)] out ServiceEntry? entry)
    {
        Span<byte> key = stackalloc byte[ServiceRequestReader.MaximumKeyBytes];
        entry = null;
        return ServiceRequestReader.TryRead(body, out request)
            && request.TryWriteKey(caller.DefaultNamespaceUtf8, key, out int keyBytes)
            && registry.TryGet(key[..keyBytes], out entry);
    }

    private static NamingAnswer Registered(in RegistrationResult result) => result.Error is not null
        ? NamingAnswer.Of(result.Error)
        : NamingAnswer.Of(new WriteReply(result.Revision, result.Count > 0 ? 1u : 0));

    private static NamingAnswer Deregistered(in RegistrationResult result) => result.Error is not null
        ? NamingAnswer.Of(result.Error)
        : NamingAnswer.Of(new WriteReply(result.Revision, (uint)result.Count));
}

/// <summary>An answer to a naming request: a message, a body that is encoded already and shared, what a write has done, or an error.</summary>
/// <param name="Message">The message, or null.</param>
/// <param name="SharedBody">The body, or null.</param>
/// <param name="Error">The error, or null.</param>
/// <param name="Written">What a write has done, or null.</param>
internal readonly record struct NamingAnswer(
    IMessage? Message, byte[]? SharedBody, RequestError? Error, WriteReply? Written = null)
{
    public static NamingAnswer Of(IMessage message) => new(message, null, null);

    public static NamingAnswer Of(byte[] sharedBody) => new(null, sharedBody, null);

    public static NamingAnswer Of(RequestError error) => new(null, null, error);

    public static NamingAnswer Of(WriteReply written) => new(null, null, null, Written: written);
}

/// <summary>The answer to a write, <c>RegisterReply</c> or <c>DeregisterReply</c>: both have the revision first and then what was done. A test holds it against them.</summary>
/// <param name="Revision">Of the service afterwards.</param>
/// <param name="Done">Instances removed; of a registration 1 = something has changed.</param>
internal readonly record struct WriteReply(long Revision, uint Done)
{
    /// <summary>The longest body.</summary>
    public const int MaximumBytes = 1 + 10 + 1 + 5;

    private const byte RevisionTag = 1 << 3;
    private const byte DoneTag = 2 << 3;

    /// <summary>Writes the body.</summary>
    /// <returns>Its bytes.</returns>
    public int Write(Span<byte> destination)
    {
        int written = 0;
        if (Revision != 0)
        {
            destination[written++] = RevisionTag;
            written += InstanceEncoder.WriteNumber(destination[written..], (ulong)Revision);
        }

        if (Done != 0)
        {
            destination[written++] = DoneTag;
            written += InstanceEncoder.WriteNumber(destination[written..], Done);
        }

        return written;
    }
}

/// <summary>Cuts the common form of a request about one service (<c>RegisterRequest</c>, <c>DeregisterRequest</c>, <c>QueryRequest</c>) into its parts, without a copy.</summary>
/// <remarks>
/// The common form: fields 1 to 4 in rising order, each at most once and not empty, in one piece of memory. No object, no string. Whatever it does not understand it
/// leaves to the generated parser, which gives the same answer at a higher price.
/// </remarks>
internal readonly ref struct ServiceRequestReader
{
    /// <summary>Longest key in bytes it handles.</summary>
    public const int MaximumKeyBytes = 512;

    private const byte NamespaceTag = (1 << 3) | 2;
    private const byte GroupTag = (2 << 3) | 2;
    private const byte NameTag = (3 << 3) | 2;
    private const byte ItemTag = (4 << 3) | 2;

    private readonly ReadOnlySpan<byte> _namespace;
    private readonly ReadOnlySpan<byte> _group;
    private readonly ReadOnlySpan<byte> _name;
    private readonly ReadOnlySpan<byte> _item;

    private ServiceRequestReader(ReadOnlySpan<byte> body, out bool isRead)
    {
        FieldReader fields = new(body);
        isRead = fields.TryText(NamespaceTag, out _namespace)
            && fields.TryText(GroupTag, out _group)
            && fields.TryText(NameTag, out _name)
            && fields.TryText(ItemTag, out _item)
            && fields.IsAtEnd;
    }

    public ReadOnlySpan<byte> Namespace => _namespace;

    public ReadOnlySpan<byte> Group => _group;

    public ReadOnlySpan<byte> Name => _name;

    /// <summary>The bytes of field 4: the instance to register, the one key to deregister, the one cluster to list. Empty = none, and only then.</summary>
    public ReadOnlySpan<byte> Item => _item;

    private static ReadOnlySpan<byte> DefaultGroupUtf8 => "DEFAULT_GROUP"u8;

    private static byte[] DefaultNamespaceUtf8 { get; } = Encoding.UTF8.GetBytes(ServiceKey.DefaultNamespace);

    /// <summary>False when the request is not of the common form, which says nothing about whether it is valid.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> body, out ServiceRequestReader request)
    {
        request = default;
        if (!body.IsSingleSegment)
        {
            return false;
        }

        request = new ServiceRequestReader(body.FirstSpan, out bool isRead);
        return isRead;
    }

    /// <summary>The UTF-8 form of a namespace, as <see cref="TryWriteKey"/> takes it.</summary>
    public static byte[] Utf8Of(string @namespace) => @namespace == ServiceKey.DefaultNamespace ? DefaultNamespaceUtf8 : Encoding.UTF8.GetBytes(@namespace);

    /// <summary>Writes the service's key as the table of services has it; false when it is too long.</summary>
    /// <param name="defaultNamespace">The namespace of a request that names none; not empty.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="keyBytes">Length of the key.</param>
    public bool TryWriteKey(ReadOnlySpan<byte> defaultNamespace, Span<byte> destination, out int keyBytes)
    {
        ReadOnlySpan<byte> @namespace = _namespace.IsEmpty ? defaultNamespace : _namespace;
        ReadOnlySpan<byte> group = _group.IsEmpty ? DefaultGroupUtf8 : _group;
        keyBytes = @namespace.Length + group.Length + _name.Length + 2;
        if (keyBytes > destination.Length)
        {
            return false;
        }

        @namespace.CopyTo(destination);
        destination[@namespace.Length] = 0;
        group.CopyTo(destination[(@namespace.Length + 1)..]);
        destination[@namespace.Length + 1 + group.Length] = 0;
        _name.CopyTo(destination[(@namespace.Length + group.Length + 2)..]);
        return true;
    }
}
