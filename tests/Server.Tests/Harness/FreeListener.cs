using System.Collections;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace FastRegistry.Server.Tests.Harness;

/// <summary>One request without a body and room for its answer, in place of a listener; allocates nothing itself.</summary>
internal sealed class FreeListener(string method, string path, string query)
    : PipeWriter, IFeatureCollection, IHttpRequestFeature, IHttpResponseFeature, IHttpResponseBodyFeature, IEndpointFeature, IHeaderDictionary
{
    private readonly byte[] _room = new byte[64 * 1024];

    public long WrittenBytes { get; private set; }

    public string? ContentType { get; private set; }

    public long? ContentLength { get; set; }

    public int StatusCode { get; set; }

    public Endpoint? Endpoint { get; set; }

    public string Method { get; set; } = method;

    public string Path { get; set; } = path;

    public string QueryString { get; set; } = query;

    public string RawTarget { get; set; } = path + query;

    public string Protocol { get; set; } = "HTTP/1.1";

    public string Scheme { get; set; } = "http";

    public string PathBase { get; set; } = "";

    public string? ReasonPhrase { get; set; }

    public bool HasStarted => false;

    public Stream Body { get; set; } = System.IO.Stream.Null;

    public Stream Stream => Body;

    public PipeWriter Writer => this;

    public IHeaderDictionary Headers { get => this; set => throw new NotSupportedException(); }

    public bool IsReadOnly => false;

    public int Revision => 0;

    public int Count => 0;

    ICollection<string> IDictionary<string, StringValues>.Keys => [];

    ICollection<StringValues> IDictionary<string, StringValues>.Values => [];

    StringValues IHeaderDictionary.ContentType
    {
        // The request has none.
        get => default;
        set => ContentType = value;
    }

    public object? this[Type key]
    {
        get => key.IsInstanceOfType(this) ? this : null;
        set => throw new NotSupportedException();
    }

    public StringValues this[string key]
    {
        get => default;
        set => throw new NotSupportedException();
    }

    /// <summary>The next request.</summary>
    public void Begin()
    {
        Endpoint = null;
        StatusCode = StatusCodes.Status200OK;
        ContentType = null;
        ContentLength = null;
        WrittenBytes = 0;
    }

    public TFeature? Get<TFeature>() => this is TFeature feature ? feature : default;

    public void Set<TFeature>(TFeature? instance) => throw new NotSupportedException(typeof(TFeature).Name);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _room;

    public override Span<byte> GetSpan(int sizeHint = 0) => _room;

    public override void Advance(int bytes) => WrittenBytes += bytes;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

    public override void CancelPendingFlush() => throw new NotSupportedException();

    public override void Complete(Exception? exception = null) => throw new NotSupportedException();

    public void OnStarting(Func<object, Task> callback, object state) => throw new NotSupportedException();

    public void OnCompleted(Func<object, Task> callback, object state) => throw new NotSupportedException();

    public void DisableBuffering() => throw new NotSupportedException();

    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task CompleteAsync() => Task.CompletedTask;

    public void Add(string key, StringValues value) => throw new NotSupportedException();

    public bool ContainsKey(string key) => false;

    public bool Remove(string key) => false;

    public bool TryGetValue(string key, out StringValues value)
    {
        value = default;
        return false;
    }

    public void Add(KeyValuePair<string, StringValues> item) => throw new NotSupportedException();

    public void Clear() => throw new NotSupportedException();

    public bool Contains(KeyValuePair<string, StringValues> item) => false;

    public void CopyTo(KeyValuePair<string, StringValues>[] array, int arrayIndex) => throw new NotSupportedException();

    public bool Remove(KeyValuePair<string, StringValues> item) => false;

    IEnumerator<KeyValuePair<Type, object>> IEnumerable<KeyValuePair<Type, object>>.GetEnumerator() => throw new NotSupportedException();

    IEnumerator<KeyValuePair<string, StringValues>> IEnumerable<KeyValuePair<string, StringValues>>.GetEnumerator() => throw new NotSupportedException();

    IEnumerator IEnumerable.GetEnumerator() => throw new NotSupportedException();
}
