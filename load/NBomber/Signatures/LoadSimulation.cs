namespace NBomber;

/// <summary>A union of F#.</summary>
public sealed class LoadSimulation;
