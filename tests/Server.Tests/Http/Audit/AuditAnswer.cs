namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>An answer as far as the audit compares it.</summary>
internal sealed record AuditAnswer(int Status, string Body, string? ContentType, string? Allow, bool SaysWhenToRetry);
