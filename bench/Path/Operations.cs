using FastRegistry.Wire.Messages;

namespace FastRegistry.Bench.Path;

/// <summary>The operations that are followed, on connections of their own.</summary>
/// <remarks>
/// Each is made of three steps: what is prepared before the window, what is in it, and what must follow outside of it so that the node is at rest before the next.
/// </remarks>
internal sealed class Operations
{
    private const string ServiceName = "path";
    private const int Instances = 10;
    private const byte BatchRegisterType = 4;
    private const byte RegisterType = 2;
    private const byte SubscribeType = 7;

    private readonly FrameClient _publisher;
    private readonly FrameClient _subscriber;
    private byte[] _frame = [];
    private ulong _number;

    /// <summary>A publisher of a service of ten instances and a subscriber to it.</summary>
    public Operations(FrameClient publisher, FrameClient subscriber)
    {
        _publisher = publisher;
        _subscriber = subscriber;
        publisher.SetUp(1);
        subscriber.SetUp(2);
        BatchRegisterRequest batch = new() { Name = ServiceName };
        batch.Instances.AddRange(Enumerable.Range(0, Instances).Select(static i => InstanceOf(i, 1)));
        publisher.Send(FrameClient.NewRequest(BatchRegisterType, 1, batch));
        publisher.Expect(FrameClient.Response);
        SubscribeRequest subscribe = new() { Subscriptions = { new Subscription { Id = 1, Name = ServiceName } } };
        subscriber.Send(FrameClient.NewRequest(SubscribeType, 1, subscribe));
        subscriber.Expect(FrameClient.Response, FrameClient.Push);
        RestAfterRegister();
    }

    public void PreparePing() => _frame = FrameClient.NewPing(++_number);

    /// <summary>One ping, to its pong.</summary>
    public void Ping()
    {
        _publisher.Send(_frame);
        _publisher.Expect(FrameClient.Pong);
    }

    public static void RestAfterPing() => Thread.Sleep(2);

    public void PrepareRegister()
    {
        _number++;
        _frame = FrameClient.NewRequest(RegisterType, _number, new RegisterRequest { Name = ServiceName, Instance = InstanceOf(Instances / 2, 1 + (_number % 100)) });
    }

    /// <summary>One instance of the service gets another weight: to the answer, and to the push at the subscriber.</summary>
    public void Register()
    {
        _publisher.Send(_frame);
        _publisher.Expect(FrameClient.Response);
        _subscriber.Expect(FrameClient.Push);
    }

    /// <summary>The subscriber acknowledges when it was asked to, and the service's merge window (10 ms) passes.</summary>
    public void RestAfterRegister()
    {
        if (_subscriber.PushesToAcknowledge is > 0 and var taken)
        {
            _subscriber.Send(FrameClient.NewAck(taken));
            _subscriber.PushesToAcknowledge = 0;
        }

        _subscriber.Send(FrameClient.NewPing(_number));
        _subscriber.Expect(FrameClient.Pong);
        Thread.Sleep(25);
    }

    private static Instance InstanceOf(int index, double weight) => new() { Ip = $"10.0.0.{index + 1}", Port = 8080, Weight = weight };
}
