namespace FastRegistry.Registry.Rules;

/// <summary>A value that stops the start. Its message is one line that names the key.</summary>
internal sealed class ConfigurationError(string message) : Exception(message)
{
    public ConfigurationError(string key, string rule)
        : this($"{key}: {rule}")
    {
    }
}
