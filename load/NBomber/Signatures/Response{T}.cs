namespace NBomber.Contracts;

/// <summary>A record of F#.</summary>
public sealed class Response<T> : IResponse
{
    public string StatusCode => throw SignaturesOnly.Fault;

    public bool IsError => throw SignaturesOnly.Fault;

    public long SizeBytes => throw SignaturesOnly.Fault;

    public string Message => throw SignaturesOnly.Fault;
}
