using System.Diagnostics.CodeAnalysis;

namespace FastRegistry.Client;

/// <summary>Which service: namespace, group and name.</summary>
public readonly record struct ServiceKey
{
    /// <summary>Group of a service that names none.</summary>
    public const string DefaultGroup = "DEFAULT_GROUP";

    private const string Separator = "@@";

    private readonly string? _group;
    private readonly string? _name;

    /// <summary>A service of the default group in the client's namespace.</summary>
    /// <param name="name">Its name.</param>
    public ServiceKey(string name)
        : this(null, DefaultGroup, name)
    {
    }

    /// <summary>A service of a group in the client's namespace.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="name">Its name.</param>
    public ServiceKey(string group, string name)
        : this(null, group, name)
    {
    }

    /// <summary>A service of any namespace.</summary>
    /// <param name="namespace">Its namespace; null or empty = the client's.</param>
    /// <param name="group">Its group.</param>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">Group or name is empty or contains <c>@@</c>.</exception>
    public ServiceKey(string? @namespace, string group, string name)
    {
        CheckPart(group, nameof(group));
        CheckPart(name, nameof(name));
        Namespace = string.IsNullOrEmpty(@namespace) ? null : @namespace;
        _group = group;
        _name = name;
    }

    /// <summary>The namespace; null = the client's.</summary>
    public string? Namespace { get; }

    /// <summary>The group.</summary>
    public string Group => _group ?? DefaultGroup;

    /// <summary>The name; empty only in a key that was never constructed.</summary>
    public string Name => _name ?? "";

    /// <summary>Reads <c>group@@name</c> or <c>name</c>.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is neither.</exception>
    public static ServiceKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out ServiceKey key) ? key : throw new FormatException($"'{text}' is not a service name: expected name or group@@name.");
    }

    /// <summary>Reads <c>group@@name</c> or <c>name</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="key">The key, when it is one.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out ServiceKey key)
    {
        key = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        int at = text.IndexOf(Separator, StringComparison.Ordinal);
        string group = at < 0 ? DefaultGroup : text[..at];
        string name = at < 0 ? text : text[(at + Separator.Length)..];
        if (group.Length == 0 || name.Length == 0 || name.Contains(Separator, StringComparison.Ordinal))
        {
            return false;
        }

        key = new ServiceKey(group, name);
        return true;
    }

    /// <summary>The form <see cref="Parse"/> reads; the namespace is not part of it.</summary>
    public override string ToString() => $"{Group}{Separator}{Name}";

    internal ServiceKey In(string clientNamespace) => Namespace is null ? new ServiceKey(clientNamespace, Group, Name) : this;

    private static void CheckPart(string part, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(part, parameter);
        if (part.Contains(Separator, StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{part}' contains {Separator}, which separates group and name.", parameter);
        }
    }
}
