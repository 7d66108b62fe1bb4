using System.Globalization;

namespace FastRegistry.Load.Targets;

/// <summary>Made-up instances that differ from each other.</summary>
internal static class LoadInstances
{
    private const int FirstPort = 1024;
    private const int Ports = 60_000;

    private static readonly KeyValuePair<string, string>[] TwoPairs = [new("version", "1.0.0"), new("zone", "zone-a")];

    /// <summary>An instance of its own for every pair of numbers, with two metadata pairs.</summary>
    /// <param name="owner">0 to 255.</param>
    /// <param name="number">From 0; up to about a thousand million.</param>
    /// <param name="weight">As it is registered.</param>
    public static LoadInstance Create(int owner, int number, double weight) => Create(owner, number, weight, TwoPairs);

    /// <inheritdoc cref="Create(int, int, double)"/>
    public static LoadInstance Create(int owner, int number, double weight, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        int host = number / Ports;
        string ip = string.Create(CultureInfo.InvariantCulture, $"10.{owner}.{host / 256 % 256}.{host % 256}");
        return new LoadInstance(ip, FirstPort + (number % Ports), weight, metadata);
    }
}
