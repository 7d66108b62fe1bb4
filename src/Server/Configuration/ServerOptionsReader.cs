using System.Collections.Immutable;
using System.Reflection;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Server.Configuration;

/// <summary>Binds the configuration to the options of node and HTTP side and has them checked, once, before anything starts.</summary>
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
            Selectors = Bind(configuration, "Selectors", options.Selectors),
            Workers = Bind(configuration, "Workers", options.Workers),
            Switches = ReadSwitches(configuration.GetSection(SwitchEntries.Section)),
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
        ServerOptions result = (ServerOptions)(options with { Http = options.Http.Check() }).Check();
        if (result.Http.Port == result.ClientTransport.Port && result.Http.Port != 0 && result.Http.Address == result.ClientTransport.Address)
        {
            throw new ConfigurationError("ClientTransport:Port", $"must differ from Http:Port ({result.Http.Port})");
        }

        return result;
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
                ?? throw UnknownKey(SwitchEntries.Section, value.Key, SwitchEntries.All.Select(static known => known.DocumentName));
            if (!entry.TryApply(switches, value.Value ?? "", out Switches? next, out string? rule))
            {
                throw new ConfigurationError($"{SwitchEntries.Section}:{value.Key}", rule);
            }

            switches = next;
        }

        return switches;
    }

    private static ImmutableDictionary<ControlPoint, RateLimitRule> ReadRateLimits(IConfiguration configuration)
    {
        ImmutableDictionary<ControlPoint, RateLimitRule>.Builder rules = ImmutableDictionary.CreateBuilder<ControlPoint, RateLimitRule>();
        string[] names = Enum.GetNames<ControlPoint>();
        foreach (IConfigurationSection section in configuration.GetSection(RateLimiter.Section).GetChildren())
        {
            string name = names.FirstOrDefault(name => name.Equals(section.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw UnknownKey(RateLimiter.Section, section.Key, names);
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
}
