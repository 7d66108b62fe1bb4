using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Node.Admission;

/// <summary>Every switch under the names Nacos gives it, and its rule. Names are compared by case, as there.</summary>
/// <remarks>
/// Stricter than Nacos where that costs an operator a surprise: an unknown entry and a word that is neither true nor false are refused (Nacos answers <c>ok</c> to the
/// one and takes the other as false), and numbers have an upper bound.
/// </remarks>
internal static class SwitchEntries
{
    public const string Section = "Switches";

    private const long DayMilliseconds = 86_400_000;
    private const int MaximumLimitedUrls = 100;
    private const string NoOverride = "null";

    public static ImmutableArray<SwitchEntry> All { get; } =
    [
        Flag("pushEnabled", "pushEnabled", static (switches, value) => switches with { PushEnabled = value }),
        Flag("check", "healthCheckEnabled", static (switches, value) => switches with { HealthCheckEnabled = value }),
        Flag("defaultInstanceEphemeral", "defaultInstanceEphemeral", static (switches, value) => switches with { DefaultInstanceEphemeral = value }),
        Number(
            "clientBeatInterval",
            "clientBeatInterval",
            (1_000, DayMilliseconds),
            static switches => switches.ClientBeatIntervalMilliseconds,
            static (switches, value) => switches with { ClientBeatIntervalMilliseconds = value }),
        Number(
            "pushCacheMillis",
            "defaultPushCacheMillis",
            (10_000, DayMilliseconds),
            static switches => switches.DefaultPushCacheMilliseconds,
            static (switches, value) => switches with { DefaultPushCacheMilliseconds = value }),
        Number(
            "defaultCacheMillis",
            "defaultCacheMillis",
            (1_000, DayMilliseconds),
            static switches => switches.DefaultCacheMilliseconds,
            static (switches, value) => switches with { DefaultCacheMilliseconds = value }),
        Flag("lightBeatEnabled", "lightBeatEnabled", static (switches, value) => switches with { LightBeatEnabled = value }),
        Flag("distro", "distroEnabled", static (switches, value) => switches with { DistroEnabled = value }),
        Number(
            "healthCheckTimes",
            "checkTimes",
            (1, 100),
            static switches => switches.CheckTimes,
            static (switches, value) => switches with { CheckTimes = (int)Math.Clamp(value, int.MinValue, int.MaxValue) }),
        new SwitchEntry(
            "limitedUrlMap",
            "limitedUrlMap",
            static (switches, text) => LimitedUrl.Parse(text) is { } urls ? switches with { LimitedUrls = urls } : null,
            "must be of the form prefix:status,prefix:status",
            BrokenByLimitedUrls),
        new SwitchEntry(
            "pushVersion",
            "pushVersion",
            static (switches, text) => switches.PushVersions.TrySet(text, out PushVersions? versions) ? switches with { PushVersions = versions } : null,
            "must be of the form type:n.n.n with type java, python, c, go or csharp",
            static _ => null),
        new SwitchEntry(
            "overriddenServerStatus", "overriddenServerStatus", OverrideStatus, $"must be one of {ServerStatusText.AllNames}, or null", BrokenByStatus),
    ];

    /// <summary>The entry that a name means, in either spelling of Nacos; null when there is none.</summary>
    public static SwitchEntry? Find(string name) => All.FirstOrDefault(entry => entry.Name == name || entry.DocumentName == name);

    /// <summary>Throws when a switch breaks its rule.</summary>
    /// <exception cref="ConfigurationError">The error names the switch.</exception>
    public static void Check(Switches switches)
    {
        foreach (SwitchEntry entry in All)
        {
            if (entry.FindBrokenRule(switches) is { } rule)
            {
                throw new ConfigurationError($"{Section}:{entry.DocumentName}", rule);
            }
        }
    }

    private static SwitchEntry Flag(string name, string documentName, Func<Switches, bool, Switches> set) => new(
        name, documentName, (switches, text) => Truth(text) is { } value ? set(switches, value) : null, "must be true or false", static _ => null);

    private static SwitchEntry Number(
        string name, string documentName, (long Minimum, long Maximum) range, Func<Switches, long> get, Func<Switches, long, Switches> set)
    {
        string rule = $"must be a whole number from {range.Minimum} to {range.Maximum}";
        return new SwitchEntry(
            name,
            documentName,
            (switches, text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? set(switches, value) : null,
            rule,
            switches => get(switches) < range.Minimum || get(switches) > range.Maximum ? rule : null);
    }

    /// <summary>The words Nacos takes as true, and their opposites.</summary>
    private static bool? Truth(string text) => text.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" or "t" or "y" => true,
        "false" or "no" or "off" or "f" or "n" => false,
        _ => null,
    };

    private static Switches? OverrideStatus(Switches switches, string text)
    {
        if (text.Length == 0 || text == NoOverride)
        {
            return switches with { OverriddenServerStatus = null };
        }

        return ServerStatusText.Find(text) is { } status ? switches with { OverriddenServerStatus = status } : null;
    }

    private static string? BrokenByStatus(Switches switches) =>
        switches.OverriddenServerStatus is { } status && !Enum.IsDefined(status) ? $"must be one of {ServerStatusText.AllNames}" : null;

    private static string? BrokenByLimitedUrls(Switches switches)
    {
        if (switches.LimitedUrls.Length > MaximumLimitedUrls)
        {
            return $"must not have more than {MaximumLimitedUrls} prefixes";
        }

        foreach (LimitedUrl url in switches.LimitedUrls)
        {
            if (url.Prefix.Length == 0 || url.Status is < 200 or > 599)
            {
                return "must have prefixes that are not empty and statuses from 200 to 599";
            }
        }

        return null;
    }
}

/// <summary>One switch: how it is named, read and judged.</summary>
/// <param name="Name">As Nacos' update call spells it.</param>
/// <param name="DocumentName">As Nacos' document of all switches spells it; also the key in section <c>Switches</c>.</param>
/// <param name="Apply">Switches with the value that a text names; null when the text is not of the form.</param>
/// <param name="Form">What the text must be, as the end of a sentence.</param>
/// <param name="FindBrokenRule">The rule that switches break in this entry, as the end of a sentence; null when none.</param>
internal sealed record SwitchEntry(
    string Name, string DocumentName, Func<Switches, string, Switches?> Apply, string Form, Func<Switches, string?> FindBrokenRule)
{
    /// <summary>Sets the entry to what a text says.</summary>
    public bool TryApply(Switches before, string value, [NotNullWhen(true)] out Switches? after, [NotNullWhen(false)] out string? brokenRule)
    {
        after = Apply(before, value.Trim());
        brokenRule = after is null ? Form : FindBrokenRule(after);
        return brokenRule is null;
    }
}
