namespace FastRegistry.Load.Commands;

/// <summary>The run cannot begin or go on: a limit is too low, the server does not answer. Its message is one line that says what would help.</summary>
internal sealed class CannotRunException(string message) : Exception(message);
