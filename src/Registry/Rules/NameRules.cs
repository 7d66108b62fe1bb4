using System.Buffers;

namespace FastRegistry.Registry.Rules;

/// <summary>The rules for names and values: those of the parameter checker of Nacos 2.5, the same on every surface.</summary>
/// <remarks>
/// Each check returns the rule that is broken, as the end of a sentence that starts with the field's name, or null. On top of Nacos' rules no name may hold
/// a control character: they are invisible in every tool and the zero byte separates the parts of a key.
/// </remarks>
internal static class NameRules
{
    public const int MaximumNamespaceLength = 64;
    public const int MaximumGroupLength = 128;
    public const int MaximumServiceLength = 512;
    public const int MaximumClusterLength = 64;
    public const int MaximumIpLength = 128;

    /// <summary>Room for the longest name of a service and what else an id holds.</summary>
    public const int MaximumInstanceIdLength = 1024;

    /// <summary>Sum of the lengths of all keys and values (Nacos' default).</summary>
    public const int MaximumMetadataLength = 1024;

    public const double MaximumWeight = 10_000;

    private const int MostComparedKeys = 8;

    private static readonly SearchValues<char> NamespaceCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    private static readonly SearchValues<char> GroupCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:.");

    // Registration is stricter than Nacos' checker, as it is there: no underscore.
    private static readonly SearchValues<char> ClusterCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    public static string? BrokenByNamespace(string value) => BrokenByName(value, MaximumNamespaceLength, NamespaceCharacters, "letters, digits, '_' and '-'");

    public static string? BrokenByGroup(string value) => BrokenByName(value, MaximumGroupLength, GroupCharacters, "letters, digits, '-', '_', ':' and '.'");

    public static string? BrokenByCluster(string value) => BrokenByName(value, MaximumClusterLength, ClusterCharacters, "letters, digits and '-'");

    public static string? BrokenByService(string value)
    {
        if (value.Length == 0)
        {
            return "is required";
        }

        if (value.Length > MaximumServiceLength)
        {
            return $"must not be longer than {MaximumServiceLength} characters";
        }

        if (value[0] == '@' || value.Contains("@@", StringComparison.Ordinal))
        {
            return "must not start with '@' or contain '@@'";
        }

        return HoldsForbiddenText(value) ? "must not contain white space, control characters or CJK characters" : null;
    }

    public static string? BrokenByIp(string value)
    {
        if (value.Length == 0)
        {
            return "is required";
        }

        if (value.Length > MaximumIpLength)
        {
            return $"must not be longer than {MaximumIpLength} characters";
        }

        return HoldsForbiddenText(value) ? "must not contain white space, control characters or CJK characters" : null;
    }

    /// <summary>Empty = none of its own.</summary>
    public static string? BrokenByInstanceId(string value) => value.Length > MaximumInstanceIdLength
        ? $"must not be longer than {MaximumInstanceIdLength} characters"
        : HoldsForbiddenText(value) ? "must not contain white space, control characters or CJK characters" : null;

    public static string? BrokenByPort(long value) => value is < 0 or > 65535 ? "must be between 0 and 65535" : null;

    public static string? BrokenByWeight(double value) => value is >= 0 and <= MaximumWeight ? null : "must be between 0 and 10000";

    public static string? BrokenByMetadata(IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        int length = 0;

        // A handful of keys is compared faster than a set is made.
        HashSet<string>? keys = metadata.Count > MostComparedKeys ? new(metadata.Count, StringComparer.Ordinal) : null;
        for (int i = 0; i < metadata.Count; i++)
        {
            (string key, string value) = metadata[i];
            if (key.Length == 0)
            {
                return "must not have an empty key";
            }

            if (keys is null ? HoldsBefore(metadata, i, key) : !keys.Add(key))
            {
                return $"must not have the key '{key}' twice";
            }

            length += key.Length + value.Length;
        }

        return length > MaximumMetadataLength ? $"must not be longer than {MaximumMetadataLength} characters, keys and values together" : null;
    }

    private static bool HoldsBefore(IReadOnlyList<KeyValuePair<string, string>> metadata, int end, string key)
    {
        for (int i = 0; i < end; i++)
        {
            if (metadata[i].Key == key)
            {
                return true;
            }
        }

        return false;
    }

    private static string? BrokenByName(string value, int maximumLength, SearchValues<char> allowed, string allowedText)
    {
        if (value.Length > maximumLength)
        {
            return $"must not be longer than {maximumLength} characters";
        }

        return value.AsSpan().ContainsAnyExcept(allowed) ? $"may hold only {allowedText}" : null;
    }

    private static bool HoldsForbiddenText(string value)
    {
        foreach (char character in value)
        {
            bool cjk = character is >= '\u4E00' and <= '\u9FA5';
            if (cjk || char.IsWhiteSpace(character) || char.IsControl(character))
            {
                return true;
            }
        }

        return false;
    }
}
