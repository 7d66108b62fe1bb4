namespace FastRegistry.Load.Reports;

/// <summary>Everything <c>load connections</c> found; the JSON report is this record.</summary>
internal sealed record ConnectionsReport(
    RunSettings Settings, Machine Machine, ConnectPhase Connect, HoldPhase Hold, ClosePhase Close, MemoryReadings Memory, bool Interrupted)
{
    /// <summary>All connections were set up and held for the whole time.</summary>
    public bool Complete => !Interrupted && Connect.SetUp == Connect.Asked && Hold.Lost == 0;
}
