namespace NBomber;

/// <summary>What every body here does.</summary>
internal static class SignaturesOnly
{
    public static NotSupportedException Fault => new("signatures only");
}
