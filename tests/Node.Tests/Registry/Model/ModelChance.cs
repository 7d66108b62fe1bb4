namespace FastRegistry.Node.Tests.Registry.Model;

/// <summary>What a run chooses by chance: filters, instances, one of several. All of it comes from the run's seed.</summary>
internal sealed class ModelChance(Random random)
{
    private static readonly string[] Clusters = ["DEFAULT", "east"];

    public static (string, string, int) IdentityOf(int number) => (Clusters[number % 2], $"10.0.0.{number}", 8000 + number);

    public T Any<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    public ModelFilter NewFilter() => new(random.Next(3) == 0 ? Any(Clusters) : "", random.Next(3) == 0);

    public ModelInstance NewInstance(int number)
    {
        (string cluster, string ip, int port) = IdentityOf(number);
        return new ModelInstance(
            cluster,
            ip,
            port,
            random.Next(1, 4),
            Healthy: random.Next(5) > 1,
            Enabled: random.Next(10) > 0,
            random.Next(3) == 0 ? "" : $"m=zone-{random.Next(3)}",
            random.Next(8) == 0 ? $"own-{random.Next(2)}" : "");
    }
}
