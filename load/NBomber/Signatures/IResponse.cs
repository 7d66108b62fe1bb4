namespace NBomber.Contracts;

/// <summary>What an iteration comes to.</summary>
public interface IResponse
{
    string StatusCode { get; }

    bool IsError { get; }

    long SizeBytes { get; }

    string Message { get; }
}
