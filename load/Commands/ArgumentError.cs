namespace FastRegistry.Load.Commands;

/// <summary>A wrong argument. Its message is one line that names it.</summary>
internal sealed class ArgumentError(string message) : Exception(message);
