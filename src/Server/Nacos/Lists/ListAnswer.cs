using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Lists;

/// <summary>Answers a list from its encoded form: a few copies and two numbers.</summary>
internal static class ListAnswer
{
    // A list beyond this goes out in pieces, each when the last one was taken: an answer never waits in memory as a whole.
    private const int PieceBytes = 64 * 1024;
    private const int MaximumNumberBytes = 20;

    /// <summary>Writes the answer.</summary>
    /// <param name="call">The request.</param>
    /// <param name="form">The list.</param>
    /// <param name="cacheMilliseconds">After how long to ask again.</param>
    /// <param name="unixMilliseconds">Time of the answer.</param>
    public static Task WriteAsync(ApiCall call, ListForm form, long cacheMilliseconds, long unixMilliseconds)
    {
        Span<byte> cache = stackalloc byte[MaximumNumberBytes];
        Span<byte> time = stackalloc byte[MaximumNumberBytes];
        Utf8Formatter.TryFormat(cacheMilliseconds, cache, out int cacheBytes);
        Utf8Formatter.TryFormat(unixMilliseconds, time, out int timeBytes);
        ReadOnlySpan<byte> before = call.IsV2 ? """{"code":0,"message":"success","data":"""u8 : [];
        ReadOnlySpan<byte> dom = call.IsV2 ? [] : form.Dom;
        ReadOnlySpan<byte> after = call.IsV2 ? "}}"u8 : "}"u8;

        PipeWriter output = call.BeginJson(before.Length + form.Head.Length + cacheBytes + form.Hosts.Length + timeBytes + form.Tail.Length + dom.Length + after.Length);
        output.Write(before);
        output.Write(form.Head);
        output.Write(cache[..cacheBytes]);
        if (form.Hosts.Length > PieceBytes)
        {
            return WriteInPiecesAsync(output, form, [.. time[..timeBytes], .. form.Tail, .. dom, .. after], call.Aborted);
        }

        output.Write(form.Hosts.Span);
        output.Write(time[..timeBytes]);
        output.Write(form.Tail);
        output.Write(dom);
        output.Write(after);
        return Task.CompletedTask;
    }

    private static async Task WriteInPiecesAsync(PipeWriter output, ListForm form, byte[] end, CancellationToken cancellationToken)
    {
        for (int start = 0; start < form.Hosts.Length; start += PieceBytes)
        {
            ReadOnlyMemory<byte> piece = form.Hosts.Slice(start, Math.Min(PieceBytes, form.Hosts.Length - start));
            FlushResult flushed = await output.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            if (flushed.IsCompleted)
            {
                return;
            }
        }

        await output.WriteAsync(end, cancellationToken).ConfigureAwait(false);
    }
}
