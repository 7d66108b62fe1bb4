namespace NBomber.Contracts;

/// <summary>A record of F#.</summary>
public sealed class NBomberContext;
