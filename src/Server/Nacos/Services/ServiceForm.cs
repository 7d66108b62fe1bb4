using System.Collections.Immutable;
using FastRegistry.Registry.Metadata;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Nacos.Services;

/// <summary>Reads what a request sets for a service.</summary>
internal static class ServiceForm
{
    /// <exception cref="HttpError">Something is wrong.</exception>
    public static ServiceMetadata Read(in RequestParameters parameters) => new()
    {
        ProtectThreshold = ReadThreshold(parameters),
        ExtendData = ReadMetadata(parameters),
        Selector = SelectorText.Parse(parameters.Find("selector")),
    };

    /// <exception cref="HttpError">It is in neither form.</exception>
    public static ImmutableSortedDictionary<string, string> ReadMetadata(in RequestParameters parameters) =>
        ServiceMetadata.NoData.SetItems(MetadataText.Parse(parameters.Find("metadata")));

    private static double ReadThreshold(in RequestParameters parameters)
    {
        double threshold = parameters.FindNumber("protectThreshold") ?? 0;
        return double.IsFinite(threshold) ? threshold : throw HttpError.IllegalParameter("protectThreshold", "must be a finite number");
    }
}
