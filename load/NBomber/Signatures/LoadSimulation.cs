namespace NBomber.Contracts;

/// <summary>A union of F#.</summary>
public sealed class LoadSimulation;
