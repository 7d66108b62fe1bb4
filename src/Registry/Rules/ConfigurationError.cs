namespace FastRegistry.Registry.Rules;

/// <summary>A value that stops the start. Its message is one line that names the key.</summary>
internal sealed class ConfigurationError(string message) : Exception(message)
{
    public ConfigurationError(string key, string rule)
        : this($"{key}: {rule}")
    {
    }

    /// <summary>Throws when a number is not within its bounds; both are allowed.</summary>
    public static void ThrowIfOutOfRange(string key, int value, int minimum, int maximum)
    {
        if (value < minimum || value > maximum)
        {
            throw new ConfigurationError(key, $"must be between {minimum} and {maximum}");
        }
    }
}
