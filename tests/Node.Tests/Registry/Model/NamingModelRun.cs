using System.Buffers.Binary;
using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Instance = FastRegistry.Wire.Messages.Instance;
using Snapshot = FastRegistry.Wire.Messages.Snapshot;

namespace FastRegistry.Node.Tests.Registry.Model;

/// <summary>One seed: random operations on a node and on the model, compared as they go.</summary>
/// <remarks>Everything runs on the calling thread, workers are pumped, and all chance comes from the seed: the same seed does the same again.</remarks>
internal sealed class NamingModelRun
{
    private const int Actors = 4;
    private const int ServiceCount = 3;
    private const int Steps = 40;

    private readonly DeadlineOptions _deadlines = new()
    {
        WarmUp = TimeSpan.Zero,
        EmptyService = TimeSpan.FromSeconds(3),
        ExpiredOverride = TimeSpan.FromSeconds(5),
        Reaffirm = TimeSpan.FromSeconds(1),

        // Clients of this test do not ping.
        IdleProbe = TimeSpan.FromHours(10),
        SlowConsumer = TimeSpan.FromHours(10),
    };

    private readonly int _seed;
    private readonly Random _random;
    private readonly ModelChance _chance;
    private readonly NodeFixture _node;
    private readonly ModelService[] _services = [.. Enumerable.Range(0, ServiceCount).Select(static _ => new ModelService())];
    private readonly ModelClock _clock;
    private readonly Actor[] _actors = [.. Enumerable.Range(0, Actors).Select(static _ => new Actor())];
    private readonly long[] _revisions = new long[ServiceCount];
    private readonly ulong[] _queried = new ulong[ServiceCount];
    private readonly ModelOperator _operator;

    // Many identities make lists that are worth a delta; few make clients meet on the same ones.
    private readonly int _identities;

    // With a merge window lists are compared when it is over.
    private readonly bool _merges;
    private int _clients;
    private ulong _subscriptions;
    private string _operation = "";
    private readonly List<string> _history = [];

    public NamingModelRun(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _chance = new ModelChance(_random);
        _identities = seed % 2 == 0 ? 4 : 50;
        _merges = seed % 3 == 0;
        _node = new NodeFixture(deadlines: _deadlines, push: _merges ? new PushOptions() : null);
        _clock = new ModelClock(_services, _deadlines);
        _operator = new ModelOperator(_random, _node, _services, _clock, text => _operation = text, ForgetARevision);
    }

    public (int Deltas, int Lists) Execute()
    {
        int step = 0;
        try
        {
            using NodeFixture node = _node;
            Begin();
            for (; step < Steps; step++)
            {
                string[] before = [.. _services.Select(static service => service.Fingerprint)];
                _operation = "nothing";
                bool moved = Operate();
                _clock.Note();
                _history.Add($"{step} at {_clock.Now} ms: {_operation}");
                CheckRevisions(before, exactly: !moved);
                if (_random.Next(3) == 0)
                {
                    CheckLists();
                }
            }

            CheckLists();
            LeaveNothing();
            return (_actors.Sum(static actor => actor.Deltas), _actors.Sum(static actor => actor.Wholes));
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"seed {_seed}, step {step}, after '{_operation}': {failure.Message}\n{string.Join('\n', _history)}", failure);
        }
    }

    /// <summary>Everybody is there and has something to read.</summary>
    private void Begin()
    {
        foreach (Actor actor in _actors)
        {
            Connect(actor, sameClient: false);
            Subscribe(actor);
        }

        foreach (ModelService service in _services)
        {
            Register(_chance.Any(_actors), service, [.. Enumerable.Range(1, _identities).Select(_chance.NewInstance)], replace: false, batch: true);
            _revisions[Array.IndexOf(_services, service)] = _node.Registry.Find(Name(service))!.Revision;
        }

        _clock.Note();
    }

    /// <summary>One random operation; true when time moved.</summary>
    private bool Operate()
    {
        Actor actor = _actors[_random.Next(Actors)];
        if (actor.Connection is null)
        {
            Connect(actor, sameClient: _random.Next(2) == 0);
            return false;
        }

        switch (_random.Next(100))
        {
            case < 22:
                Register(actor, replace: false, batch: false);
                return false;
            case < 36:
                Register(actor, replace: _random.Next(3) == 0, batch: true);
                return false;
            case < 48:
                Deregister(actor);
                return false;
            case < 57:
                Subscribe(actor);
                return false;
            case < 60:
                Unsubscribe(actor);
                return false;
            case < 66:
                Disconnect(actor);
                return false;
            case < 69:
                TakeOver(actor);
                return true;
            case < 80:
                _operator.Override();
                return false;
            case < 88:
                _operator.Administer();
                return false;
            case < 96:
                Advance(_random.Next(1, 1500));
                return true;
            default:
                Advance(_random.Next(3000, 9000));
                return true;
        }
    }

    private void Connect(Actor actor, bool sameClient)
    {
        _operation = $"connect, the same client: {sameClient}";
        if (!sameClient || actor.Client == 0)
        {
            actor.Client = ++_clients;
        }

        actor.Attachment++;
        actor.Lists.Clear();
        byte[] id = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(id, actor.Client);
        actor.Connection = _node.Connect(id);
    }

    private void Disconnect(Actor actor)
    {
        _operation = "disconnect";
        actor.Connection!.Close();
        actor.Connection = null;
        DropLists(actor);
        foreach (ModelService service in _services)
        {
            service.Withdraw(publication => publication.Client == actor.Client, "Lost", _clock.Now);
        }
    }

    /// <summary>The same client connects again beside its half-open connection, names some of what it publishes, and the rest goes.</summary>
    private void TakeOver(Actor actor)
    {
        RawClient old = actor.Connection!;
        DropLists(actor);
        Connect(actor, sameClient: true);
        old.Close();
        int attachment = actor.Attachment;
        int client = actor.Client;
        _clock.TakenOver(() => actor.Client == client && actor.Attachment == attachment && actor.Connection is not null
            && _services.Sum(service => service.Withdraw(publication => publication.Client == client && publication.Attachment != attachment, "Lost", _clock.Now)) > 0);
        foreach (ModelService service in _services)
        {
            foreach (ModelPublication publication in service.Publications.Where(publication => publication.Client == client).ToArray())
            {
                if (_random.Next(2) == 0)
                {
                    actor.Connection!.Register(Name(service), publication.Instance.ToMessage());
                    publication.Attachment = attachment;
                }
            }
        }

        _operation = "take over";
        Advance(_random.Next(1300, 1600));
    }

    private void Register(Actor actor, bool replace, bool batch)
    {
        ModelService service = _chance.Any(_services);
        int most = replace || _random.Next(2) == 0 ? _identities : 4;
        int count = !batch ? 1 : _random.Next(replace ? 0 : 1, most + 1);
        ModelInstance[] instances = [.. Enumerable.Range(1, _identities).OrderBy(_ => _random.Next()).Take(count).Select(_chance.NewInstance)];
        Register(actor, service, instances, replace, batch);
    }

    private void Register(Actor actor, ModelService service, ModelInstance[] instances, bool replace, bool batch)
    {
        int count = instances.Length;
        _operation = $"register {count} for {Name(service)}, replace: {replace}";
        Instance[] messages = [.. instances.Select(static instance => instance.ToMessage())];
        ReceivedFrame answer = batch
            ? actor.Connection!.TryBatch(Name(service), replace, messages)
            : actor.Connection!.Call(MessageType.Register, new RegisterRequest { Name = Name(service), Instance = messages[0] });

        if (count > 0)
        {
            service.Exists = true;
            if (service.Kind == "Persistent")
            {
                Assert.Equal(ErrorCode.Conflict, (ErrorCode)answer.Error.Code);
                service.EmptySince ??= _clock.Now;
                return;
            }

            service.Kind = "Ephemeral";
        }

        answer.Answer(RegisterReply.Parser);
        foreach (ModelInstance instance in instances)
        {
            service.Register(actor.Client, actor.Attachment, instance, _clock.Now);
        }

        if (replace)
        {
            service.Withdraw(publication => publication.Client == actor.Client && instances.All(instance => instance.Identity != publication.Instance.Identity), "Deregistered", _clock.Now);
        }
    }

    private void Deregister(Actor actor)
    {
        ModelService service = _chance.Any(_services);
        HashSet<(string, string, int)> identities = [.. Enumerable.Range(1, _identities).Where(_ => _random.Next(_random.Next(3) == 0 ? 3 : 12) == 0).Select(static number => ModelChance.IdentityOf(number)).Append(ModelChance.IdentityOf(1))];
        _operation = $"deregister {identities.Count} of {Name(service)}";
        DeregisterRequest request = new() { Name = Name(service) };
        request.Keys.Add(identities.Select(static identity => new InstanceKey { Cluster = identity.Item1, Ip = identity.Item2, Port = (uint)identity.Item3 }));
        uint removed = actor.Connection!.Call(MessageType.Deregister, request).Answer(DeregisterReply.Parser).Removed;
        int expected = service.Withdraw(publication => publication.Client == actor.Client && identities.Contains(publication.Instance.Identity), "Deregistered", _clock.Now);
        Assert.Equal(expected, (int)removed);
        if (service is { Exists: true, Publications.Count: 0 })
        {
            service.EmptySince ??= _clock.Now;
        }
    }

    private void Subscribe(Actor actor)
    {
        if (actor.Lists.Count >= 4)
        {
            return;
        }

        int number = _random.Next(ServiceCount);
        ReadList list = new(number, _chance.NewFilter());
        _operation = $"subscribe to s{number}, {list.Filter}";
        list.Take(actor.Connection!.Subscribe(++_subscriptions, $"s{number}", list.Filter.HealthyOnly, list.Filter.Clusters));
        actor.Lists.Add(_subscriptions, list);
        _services[number].Exists = true;
        _services[number].Subscribers++;
    }

    private void Unsubscribe(Actor actor)
    {
        if (actor.Lists.Count == 0)
        {
            return;
        }

        (ulong id, ReadList list) = actor.Lists.ElementAt(_random.Next(actor.Lists.Count));
        _operation = $"unsubscribe from s{list.Service}";
        Assert.True(actor.Connection!.Unsubscribe(id));
        actor.Lists.Remove(id);
        Unsubscribed(list);
    }

    private void DropLists(Actor actor)
    {
        foreach (ReadList list in actor.Lists.Values)
        {
            Unsubscribed(list);
        }

        actor.Lists.Clear();
    }

    private void Unsubscribed(ReadList list)
    {
        ModelService service = _services[list.Service];
        service.Subscribers--;
        if (service is { Subscribers: 0, Publications.Count: 0 })
        {
            service.EmptySince ??= _clock.Now;
        }
    }

    // A threshold may leave the list as it is: the revision need not grow.
    private void ForgetARevision(ModelService service) => _revisions[Array.IndexOf(_services, service)]--;

    /// <summary>Moves time on, and further until it is certain what has come due.</summary>
    private void Advance(int milliseconds)
    {
        _operation += $", {milliseconds} ms pass";
        do
        {
            _node.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            _node.Pump();
            _clock.Advance(milliseconds);
            milliseconds = 150;
        }
        while (_clock.IsUndecided);
    }

    /// <summary>Versions only grow, and they grow exactly with what readers may see.</summary>
    private void CheckRevisions(string[] before, bool exactly)
    {
        for (int i = 0; i < ServiceCount; i++)
        {
            ServiceEntry? entry = _node.Registry.Find($"s{i}");
            Assert.Equal(_services[i].Exists, entry is not null);
            if (entry is null)
            {
                continue;
            }

            long revision = entry.Revision;
            Assert.True(revision >= _revisions[i], $"revision of s{i} is {revision} after {_revisions[i]}");
            if (exactly && before[i] != _services[i].Fingerprint)
            {
                Assert.True(revision > _revisions[i], $"s{i} has changed without a revision");
            }

            _revisions[i] = revision;
        }

        Assert.Equal(_services.Sum(static service => service.Publications.Count), _node.Registry.PublicationCount);
        Assert.Equal(_services.Sum(static service => service.Subscribers), _node.Registry.SubscriptionCount);
        Assert.True(_node.Registry.OverrideCount >= _services.Sum(static service => service.Overrides.Count));
    }

    private void CheckLists()
    {
        if (_merges)
        {
            Advance(600);
        }

        foreach (Actor actor in _actors)
        {
            actor.Drain();
            foreach (ReadList list in actor.Lists.Values)
            {
                ModelChecks.AssertSame(_services[list.Service].See(list.Filter), list.View, $"subscriber of s{list.Service} with {list.Filter}");
            }
        }

        Actor? reader = _actors.FirstOrDefault(static actor => actor.Connection is not null);
        for (int i = 0; reader is not null && i < ServiceCount; i++)
        {
            ModelFilter filter = _chance.NewFilter();
            Snapshot answer = reader.Connection!.Query($"s{i}", filter.HealthyOnly, filter.Clusters);
            ModelChecks.AssertSame(_services[i].See(filter), ModelView.Of(answer.Instances.Select(ModelInstance.Of), answer.ProtectionReached, answer.EmptyReason.ToString()), $"query of s{i} with {filter}");
            Assert.True(answer.Revision >= _queried[i], $"query of s{i}: revision {answer.Revision} after {_queried[i]}");
            _queried[i] = answer.Revision;
        }
    }

    /// <summary>Everybody leaves: nothing is left of anything.</summary>
    private void LeaveNothing()
    {
        _operation = "end";
        foreach (Actor actor in _actors.Where(static actor => actor.Connection is not null))
        {
            actor.Connection!.Close();
            actor.Connection = null;
        }

        for (int i = 0; i < 20; i++)
        {
            _node.Time.Advance(TimeSpan.FromSeconds(1));
            _node.Pump();
        }

        ModelChecks.AssertNothingLeft(_node);
    }

    private string Name(ModelService service) => $"s{Array.IndexOf(_services, service)}";
}
