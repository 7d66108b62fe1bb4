using System.Collections.Immutable;
using System.Globalization;

namespace FastRegistry.Node.Admission;

/// <summary>HTTP requests that are answered with a status and nothing else.</summary>
/// <param name="Prefix">Of path and query.</param>
/// <param name="Status">The HTTP status.</param>
internal readonly record struct LimitedUrl(string Prefix, int Status)
{
    /// <summary>Reads <c>prefix:status,prefix:status</c>; null when it is not of this form.</summary>
    public static ImmutableArray<LimitedUrl>? Parse(string text)
    {
        ImmutableArray<LimitedUrl>.Builder urls = ImmutableArray.CreateBuilder<LimitedUrl>();
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int colon = part.LastIndexOf(':');
            if (colon < 1 || !int.TryParse(part.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int status))
            {
                return null;
            }

            urls.Add(new LimitedUrl(part[..colon].TrimEnd(), status));
        }

        return urls.DrainToImmutable();
    }
}
