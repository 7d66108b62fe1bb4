using System.Globalization;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>The seed of a random run: chosen anew each time, told in the output, and set by the environment to replay one.</summary>
internal static class TestSeed
{
    public const string Variable = "FASTREGISTRY_TEST_SEED";

    public static int Choose(ITestOutputHelper output)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out int given) ? given : Environment.TickCount;
        output.WriteLine($"{Variable}={seed}");
        return seed;
    }
}
