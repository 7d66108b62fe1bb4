using System.Collections.Concurrent;
using FastRegistry.Client.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Client.Tests;

/// <summary>A server in memory that speaks the framing, answers everything agreeably, and lets a test replace any answer.</summary>
internal sealed class ScriptedServer
{
    private readonly ConcurrentQueue<ReceivedFrame> _frames = new();
    private readonly ConcurrentQueue<ServerEnd> _connections = new();

    /// <summary>Answer per type; an answer of null is no answer.</summary>
    public ConcurrentDictionary<MessageType, Func<ReceivedFrame, IMessage?>> Answers { get; } = new();

    /// <summary>Lists by service name, for queries and subscriptions.</summary>
    public ConcurrentDictionary<string, Snapshot> Lists { get; } = new();

    public SetupReply SetupReply { get; set; } = new() { Epoch = Epoch(1), SeesMajority = true };

    public volatile bool IsDown;

    public volatile bool AnswersPings = true;

    public IReadOnlyList<ReceivedFrame> Frames => [.. _frames];

    public IReadOnlyList<ServerEnd> Connections => [.. _connections];

    public ServerEnd Last => _connections.Last();

    public static Epoch Epoch(ulong incarnation) => new() { Node = 1, Incarnation = incarnation };

    public static Snapshot List(string name, ulong incarnation, ulong revision, params Client.Instance[] instances)
    {
        Snapshot snapshot = new()
        {
            Group = ServiceKey.DefaultGroup,
            Name = name,
            Epoch = Epoch(incarnation),
            Revision = revision,
            EmptyReason = instances.Length == 0 ? Wire.Messages.EmptyReason.Deregistered : Wire.Messages.EmptyReason.NotEmpty,
        };
        snapshot.Instances.AddRange(instances.Select(static instance => instance.ToMessage()));
        return snapshot;
    }

    public List<ReceivedFrame> Requests(MessageType type) => [.. _frames.Where(frame => frame.Kind == FrameKind.Request && frame.Type == type)];

    public List<ReceivedFrame> Of(FrameKind kind) => [.. _frames.Where(frame => frame.Kind == kind)];

    /// <summary>Everything that was subscribed to, in order.</summary>
    public List<Wire.Messages.Subscription> Subscriptions =>
        [.. Requests(MessageType.Subscribe).SelectMany(static frame => frame.Parse<SubscribeRequest>().Subscriptions)];

    public ulong SubscriptionOf(string name) => Subscriptions.Last(subscription => subscription.Name == name).Id;

    /// <summary>Answers a subscribe and then does what the test wants for each subscription: the first push, as a rule.</summary>
    public static void Accept(ReceivedFrame frame, Action<Wire.Messages.Subscription> push)
    {
        frame.On.Reply(frame, new SubscribeReply());
        foreach (Wire.Messages.Subscription subscription in frame.Parse<SubscribeRequest>().Subscriptions)
        {
            push(subscription);
        }
    }

    /// <summary>Has every subscribe answered with a reply and then what the test wants for each subscription.</summary>
    public void OnSubscribe(Action<ReceivedFrame, Wire.Messages.Subscription> push) => Answers[MessageType.Subscribe] = frame =>
    {
        Accept(frame, subscription => push(frame, subscription));
        return null;
    };

    public void Push(string name, Snapshot snapshot, bool ackNow = false) => Last.Push(SubscriptionOf(name), snapshot, ackNow);

    public void Accept(Connection connection) => connection.Start(Adopt(connection));

    /// <summary>The handler of a connection that its listener starts.</summary>
    public ServerEnd Adopt(Connection connection)
    {
        ServerEnd end = new(connection, this);
        _connections.Enqueue(end);
        return end;
    }

    public void Handle(ReceivedFrame frame)
    {
        _frames.Enqueue(frame);
        if (frame.Kind == FrameKind.Ping && AnswersPings)
        {
            frame.On.Pong(UInt64Body.Read(frame.Body).Value);
        }
        else if (frame.Kind == FrameKind.Request)
        {
            IMessage? answer = Answers.TryGetValue(frame.Type, out Func<ReceivedFrame, IMessage?>? scripted) ? scripted(frame) : Agree(frame);
            if (answer is not null)
            {
                frame.On.Reply(frame, answer);
            }
        }
    }

    /// <summary>What an agreeable server answers; null when it has answered.</summary>
    public IMessage? Agree(ReceivedFrame frame)
    {
        if (frame.Type == MessageType.Subscribe)
        {
            Accept(frame, subscription => frame.On.Push(subscription.Id, ListOf(subscription.Name)));
            return null;
        }

        return AnswerOf(frame);
    }

    private IMessage AnswerOf(ReceivedFrame frame) => frame.Type switch
    {
        MessageType.Setup => SetupReply,
        MessageType.Register or MessageType.BatchRegister => new RegisterReply { Revision = 1, Changed = true },
        MessageType.Deregister => new DeregisterReply { Revision = 1, Removed = 1 },
        MessageType.Unsubscribe => new UnsubscribeReply { Removed = true },
        MessageType.Query => ListOf(frame.Parse<QueryRequest>().Name),
        MessageType.ListServices => new ListServicesReply { Total = 2, Names = { "a", "b" } },
        _ => new ErrorReply { Code = (uint)ErrorCode.UnknownOperation },
    };

    private Snapshot ListOf(string name) =>
        Lists.GetValueOrDefault(name) ?? new Snapshot { Name = name, Epoch = Epoch(1), EmptyReason = Wire.Messages.EmptyReason.NeverSeen };
}
