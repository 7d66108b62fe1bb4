using System.Net;
using System.Net.Sockets;
using FastRegistry.Server.Naming;

namespace FastRegistry.Server.Configuration;

/// <summary>Reads and checks the configuration, once, before anything starts.</summary>
internal static class ServerOptionsReader
{
    /// <exception cref="ConfigurationError">A value is wrong, or a key of one of our sections is unknown.</exception>
    public static ServerOptions Read(IConfiguration configuration)
    {
        ServerOptions options = new();
        options = new ServerOptions
        {
            Node = Bind(configuration, "Node", options.Node),
            Http = Bind(configuration, "Http", options.Http),
            ClientTransport = Bind(configuration, "ClientTransport", options.ClientTransport),
            Deadlines = Bind(configuration, "Deadlines", options.Deadlines),
            Limits = Bind(configuration, "Limits", options.Limits),
            Push = Bind(configuration, "Push", options.Push),
            Workers = Bind(configuration, "Workers", options.Workers),
        };
        return Check(options);
    }

    /// <summary>Checks the rules and fills in what depends on other values.</summary>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public static ServerOptions Check(ServerOptions options)
    {
        CheckListener("Http", options.Http);
        CheckListener("ClientTransport", options.ClientTransport);
        CheckDeadlines(options.Deadlines);
        CheckPush(options.Push);
        LimitOptions limits = options.Limits;
        CheckRange("Limits:Connections", limits.Connections, 1, 10_000_000);
        CheckRange("Limits:Services", limits.Services, 1, 100_000_000);
        CheckRange("Limits:InstancesPerService", limits.InstancesPerService, 1, 200_000);
        CheckRange("Limits:PublicationsPerClient", limits.PublicationsPerClient, 1, 10_000_000);
        CheckRange("Limits:SubscriptionsPerClient", limits.SubscriptionsPerClient, 1, 1_000_000);
        CheckRange("Limits:RequestsInWorkPerClient", limits.RequestsInWorkPerClient, 1, 65_536);
        CheckRange("Limits:QueuedRequests", limits.QueuedRequests, 1, 1_000_000);
        CheckRange("Workers:Push", options.Workers.Push, 1, 64);
        CheckRange("Workers:Requests", options.Workers.Requests, 1, 64);
        if (options.Http.Port == options.ClientTransport.Port && options.Http.Port != 0 && options.Http.Address == options.ClientTransport.Address)
        {
            throw new ConfigurationError("ClientTransport:Port", $"must differ from Http:Port ({options.Http.Port})");
        }

        string id = options.Node.Id.Length > 0 ? options.Node.Id : $"{Environment.MachineName}.{options.ClientTransport.Port}";
        bool legal = id.Length <= 64 && id.All(static character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');
        return legal
            ? options with { Node = new NodeOptions { Id = id } }
            : throw new ConfigurationError("Node:Id", "must be 1 to 64 letters, digits, '.', '_' or '-'");
    }

    private static T Bind<T>(IConfiguration configuration, string section, T defaults)
        where T : class
    {
        IConfigurationSection values = configuration.GetSection(section);
        string[] known = [.. typeof(T).GetProperties().Where(static property => property.CanWrite).Select(static property => property.Name)];
        foreach (IConfigurationSection value in values.GetChildren())
        {
            if (!known.Contains(value.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new ConfigurationError($"{section}:{value.Key}", $"is not a setting; there are {string.Join(", ", known)}");
            }
        }

        try
        {
            values.Bind(defaults);
            return defaults;
        }
        catch (InvalidOperationException fault)
        {
            // The binder's message names the key and the type.
            throw new ConfigurationError(section, fault.Message.ReplaceLineEndings(" "));
        }
    }

    private static void CheckListener(string section, ListenerOptions listener)
    {
        if (!IPAddress.TryParse(listener.Address, out IPAddress? address) || address.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
        {
            throw new ConfigurationError($"{section}:Address", $"'{listener.Address}' is not an IP address");
        }

        if (NameRules.BrokenByPort(listener.Port) is { } rule)
        {
            throw new ConfigurationError($"{section}:Port", rule);
        }
    }

    private static void CheckDeadlines(DeadlineOptions deadlines)
    {
        CheckTime("Handshake", deadlines.Handshake);
        CheckTime("StartedFrame", deadlines.StartedFrame);
        CheckTime("IdleProbe", deadlines.IdleProbe);
        CheckTime("ProbeAnswer", deadlines.ProbeAnswer);
        CheckTime("SlowConsumer", deadlines.SlowConsumer);
        CheckTime("Linger", deadlines.Linger);
        CheckTime("EmptyService", deadlines.EmptyService);
        CheckTime("Reaffirm", deadlines.Reaffirm);
        CheckTime("Drain", deadlines.Drain, zeroAllowed: true);
        CheckTime("GoAwaySpread", deadlines.GoAwaySpread, zeroAllowed: true);
        CheckTime("WarmUp", deadlines.WarmUp, zeroAllowed: true);
    }

    private static void CheckPush(PushOptions push)
    {
        TimeSpan maximum = push.MergeWindowMaximum;
        if (maximum < TimeSpan.Zero || maximum > TimeSpan.FromMinutes(1))
        {
            throw new ConfigurationError(PushOptions.MaximumKey, "must be between 00:00:00 (off) and 00:01:00");
        }

        if (push.MergeWindowMinimum < TimeSpan.FromMilliseconds(1) || (maximum > TimeSpan.Zero && push.MergeWindowMinimum > maximum))
        {
            throw new ConfigurationError(PushOptions.MinimumKey, $"must be between 00:00:00.0010000 and {PushOptions.MaximumKey} ({maximum})");
        }
    }

    private static void CheckTime(string name, TimeSpan value, bool zeroAllowed = false)
    {
        TimeSpan minimum = zeroAllowed ? TimeSpan.Zero : TimeSpan.FromMilliseconds(10);
        if (value < minimum || value > TimeSpan.FromDays(1))
        {
            throw new ConfigurationError($"Deadlines:{name}", $"must be between {minimum} and 1.00:00:00");
        }
    }

    private static void CheckRange(string key, int value, int minimum, int maximum)
    {
        if (value < minimum || value > maximum)
        {
            throw new ConfigurationError(key, $"must be between {minimum} and {maximum}");
        }
    }
}
