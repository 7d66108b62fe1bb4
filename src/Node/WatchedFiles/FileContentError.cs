namespace FastRegistry.Node.WatchedFiles;

/// <summary>A watched file that cannot be used. Its message is one line that names the field and the rule.</summary>
internal sealed class FileContentError(string field, string rule) : Exception($"{field}: {rule}");
