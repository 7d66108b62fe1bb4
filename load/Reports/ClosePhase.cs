namespace FastRegistry.Load.Reports;

/// <summary>How closing went.</summary>
/// <param name="Aborted">Connections the server had not closed in time.</param>
/// <param name="LeftOnServer">Connections the server still counts a while later, above those before the run: more than 0 is a leak, or someone else's.</param>
/// <param name="Cost">What it took.</param>
internal sealed record ClosePhase(int Aborted, int LeftOnServer, PhaseCost Cost);
