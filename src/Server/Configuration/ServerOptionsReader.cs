using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using FastRegistry.Node.Admission;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Node.Limits;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Server.Configuration;

/// <summary>Reads and checks the configuration, once, before anything starts.</summary>
internal static class ServerOptionsReader
{
    private const string SwitchesSection = "Switches";
    private const string RateLimitsSection = "RateLimits";

    // What Linux takes.
    private const int MaximumKeepAliveSeconds = 32_767;
    private const int MaximumKeepAliveProbes = 127;

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
            Selectors = Bind(configuration, "Selectors", options.Selectors),
            Workers = Bind(configuration, "Workers", options.Workers),
            Switches = ReadSwitches(configuration.GetSection(SwitchesSection)),
            RateLimits = ReadRateLimits(configuration),
            Events = Bind(configuration, "Events", options.Events),
            Operator = Bind(configuration, "Operator", options.Operator),
        };
        return Check(options);
    }

    /// <summary>Checks the rules and fills in what depends on other values.</summary>
    /// <exception cref="ConfigurationError">A value is wrong.</exception>
    public static ServerOptions Check(ServerOptions options)
    {
        CheckListener("Http", options.Http);
        options = options with { Http = HttpOptionsRules.Check(options.Http) };
        CheckListener("ClientTransport", options.ClientTransport);
        CheckSockets(options.ClientTransport);
        CheckDeadlines(options.Deadlines);
        options.Push.Check();
        LimitOptions limits = options.Limits;
        CheckRange("Limits:Connections", limits.Connections, 1, 10_000_000);
        CheckRange("Limits:Services", limits.Services, 1, 100_000_000);
        CheckRange("Limits:InstancesPerService", limits.InstancesPerService, 1, 200_000);
        CheckRange("Limits:PublicationsPerClient", limits.PublicationsPerClient, 1, 10_000_000);
        CheckRange("Limits:Overrides", limits.Overrides, 0, 10_000_000);
        CheckRange("Limits:SubscriptionsPerClient", limits.SubscriptionsPerClient, 1, 1_000_000);
        CheckRange("Limits:RequestsInWorkPerClient", limits.RequestsInWorkPerClient, 1, 65_536);
        CheckRange("Limits:QueuedRequests", limits.QueuedRequests, 1, 1_000_000);
        CheckConnectionLimits(limits);
        CheckFile(SelectorOptions.LabelsFileKey, options.Selectors.LabelsFile);
        CheckRange("Workers:Push", options.Workers.Push, 1, 64);
        CheckRange("Workers:Requests", options.Workers.Requests, 1, 64);
        CheckSwitches(options.Switches);
        CheckRateLimits(options.RateLimits);
        CheckRange("Events:Kept", options.Events.Kept, 0, 1_000_000);
        CheckRange("Events:LinesPerSecond", options.Events.LinesPerSecond, 1, 100_000);
        CheckRange("Events:QueueCapacity", options.Events.QueueCapacity, 16, 1_000_000);
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
        PropertyInfo[] known = [.. typeof(T).GetProperties().Where(static property => property.CanWrite)];
        foreach (IConfigurationSection value in values.GetChildren())
        {
            PropertyInfo property = known.FirstOrDefault(known => known.Name.Equals(value.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw UnknownKey(section, value.Key, known.Select(static known => known.Name));
            if (property.PropertyType.IsEnum && !Enum.GetNames(property.PropertyType).Contains(value.Value, StringComparer.OrdinalIgnoreCase))
            {
                throw new ConfigurationError(value.Path, $"must be one of {string.Join(", ", Enum.GetNames(property.PropertyType))}");
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

    /// <summary>The switches are named as Nacos' document names them and read as its update call reads them, so that both have one rule.</summary>
    private static Switches ReadSwitches(IConfigurationSection section)
    {
        Switches switches = new();
        foreach (IConfigurationSection value in section.GetChildren())
        {
            SwitchEntry entry = SwitchEntries.All.FirstOrDefault(known => known.DocumentName.Equals(value.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw UnknownKey(SwitchesSection, value.Key, SwitchEntries.All.Select(static known => known.DocumentName));
            if (!entry.TryApply(switches, value.Value ?? "", out Switches? next, out string? rule))
            {
                throw new ConfigurationError($"{SwitchesSection}:{value.Key}", rule);
            }

            switches = next;
        }

        return switches;
    }

    private static ImmutableDictionary<ControlPoint, RateLimitRule> ReadRateLimits(IConfiguration configuration)
    {
        ImmutableDictionary<ControlPoint, RateLimitRule>.Builder rules = ImmutableDictionary.CreateBuilder<ControlPoint, RateLimitRule>();
        string[] names = Enum.GetNames<ControlPoint>();
        foreach (IConfigurationSection section in configuration.GetSection(RateLimitsSection).GetChildren())
        {
            string name = names.FirstOrDefault(name => name.Equals(section.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw UnknownKey(RateLimitsSection, section.Key, names);
            if (section.Value is not null)
            {
                throw new ConfigurationError(section.Path, $"is a section; there are {section.Path}:Maximum, {section.Path}:Type and {section.Path}:Period");
            }

            rules.Add(Enum.Parse<ControlPoint>(name), Bind(configuration, section.Path, new RateLimitRule()));
        }

        return rules.ToImmutable();
    }

    private static ConfigurationError UnknownKey(string section, string key, IEnumerable<string> known) =>
        new($"{section}:{key}", $"is not a setting; there are {string.Join(", ", known)}");

    private static void CheckSwitches(Switches switches)
    {
        foreach (SwitchEntry entry in SwitchEntries.All)
        {
            if (entry.FindBrokenRule(switches) is { } rule)
            {
                throw new ConfigurationError($"{SwitchesSection}:{entry.DocumentName}", rule);
            }
        }
    }

    private static void CheckRateLimits(ImmutableDictionary<ControlPoint, RateLimitRule> rules)
    {
        foreach ((ControlPoint point, RateLimitRule rule) in rules)
        {
            if (rule.FindBrokenRule(point) is { } broken)
            {
                throw new ConfigurationError($"{RateLimitsSection}:{point}:{broken.Member}", broken.Rule);
            }
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

    private static void CheckSockets(ClientTransportOptions sockets)
    {
        if (sockets.Kind == ClientTransportKind.Epoll && !EpollTransport.IsSupported)
        {
            throw new ConfigurationError("ClientTransport:Kind", "must not be Epoll on this system: only Linux has it");
        }

        CheckRange("ClientTransport:Loops", sockets.Loops, 1, 64);
        if (sockets.Spin < TimeSpan.Zero || sockets.Spin > TimeSpan.FromMilliseconds(1))
        {
            throw new ConfigurationError("ClientTransport:Spin", "must be between 00:00:00 (none) and 00:00:00.0010000");
        }

        CheckSeconds("ClientTransport:UserTimeout", sockets.UserTimeout, 86_400, zeroAllowed: true);
        CheckSeconds("ClientTransport:KeepAliveIdle", sockets.KeepAliveIdle, MaximumKeepAliveSeconds, zeroAllowed: true);
        CheckSeconds("ClientTransport:KeepAliveInterval", sockets.KeepAliveInterval, MaximumKeepAliveSeconds, zeroAllowed: false);
        CheckRange("ClientTransport:KeepAliveProbes", sockets.KeepAliveProbes, 1, MaximumKeepAliveProbes);
        CheckRange("ClientTransport:NotSentLowWaterBytes", sockets.NotSentLowWaterBytes, 0, 16 * 1024 * 1024);
    }

    private static void CheckConnectionLimits(LimitOptions limits)
    {
        CheckFile(LimitOptions.RulesFileKey, limits.RulesFile);
        IReadOnlyList<string> addresses = RedirectAddress.Split(limits.RedirectAddresses);
        if (addresses.Count > RedirectAddress.MaximumAddresses)
        {
            throw new ConfigurationError(LimitOptions.RedirectAddressesKey, $"must not be more than {RedirectAddress.MaximumAddresses} addresses");
        }

        if (addresses.Select(RedirectAddress.Broken).FirstOrDefault(static rule => rule is not null) is { } broken)
        {
            throw new ConfigurationError(LimitOptions.RedirectAddressesKey, broken);
        }
    }

    private static void CheckFile(string key, string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal) || Directory.Exists(path))
        {
            throw new ConfigurationError(key, "must be the path of a file");
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
        CheckTime("ExpiredOverride", deadlines.ExpiredOverride);
        CheckTime("SyncedClient", deadlines.SyncedClient);
        CheckTime("Reaffirm", deadlines.Reaffirm);
        CheckTime("Drain", deadlines.Drain, zeroAllowed: true);
        CheckTime("GoAwaySpread", deadlines.GoAwaySpread, zeroAllowed: true);
        CheckTime("WarmUp", deadlines.WarmUp, zeroAllowed: true);
    }

    private static void CheckTime(string name, TimeSpan value, bool zeroAllowed = false)
    {
        TimeSpan minimum = zeroAllowed ? TimeSpan.Zero : TimeSpan.FromMilliseconds(10);
        if (value < minimum || value > TimeSpan.FromDays(1))
        {
            throw new ConfigurationError($"Deadlines:{name}", $"must be between {minimum} and 1.00:00:00");
        }
    }

    /// <summary>The kernel counts in whole seconds.</summary>
    private static void CheckSeconds(string key, TimeSpan value, int maximumSeconds, bool zeroAllowed)
    {
        if (!(zeroAllowed && value == TimeSpan.Zero) && (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromSeconds(maximumSeconds)))
        {
            throw new ConfigurationError(key, $"must be {(zeroAllowed ? "zero, or " : "")}between 00:00:01 and {TimeSpan.FromSeconds(maximumSeconds)}");
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
