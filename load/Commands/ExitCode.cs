namespace FastRegistry.Load.Commands;

/// <summary>What the process returns; scripts rely on it.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked for happened.</summary>
    public const int Done = 0;

    /// <summary>It could not begin, or not everything worked.</summary>
    public const int Failed = 1;

    /// <summary>An argument is unknown or malformed.</summary>
    public const int WrongArguments = 2;
}
