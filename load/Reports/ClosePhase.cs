namespace FastRegistry.Load.Reports;

/// <summary>How closing went.</summary>
/// <param name="Aborted">Connections the server had not closed in time.</param>
/// <param name="Cost">What it took.</param>
internal sealed record ClosePhase(int Aborted, PhaseCost Cost);
