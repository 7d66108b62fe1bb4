using System.Buffers;
using System.IO.Pipelines;
using FastRegistry.Load.Baseline.Sessions;
using FastRegistry.Load.Targets.Grpc.Framing;
using FastRegistry.Node.Requests;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;
using Google.Protobuf;

namespace FastRegistry.Load.Baseline.Calls;

/// <summary>Request in, answer out. Stateless; one call at a time per HTTP/2 stream, on any thread.</summary>
internal static class UnaryCall
{
    // Below the window of a stream, so that a whole request fits unread.
    private const int MaximumRequestBytes = 256 * 1024;

    /// <summary>Runs a call; without a state machine when the whole request is there already.</summary>
    public static Task RunAsync(HttpContext context, BaselineSession session, MessageType type)
    {
        PipeReader reader = context.Request.BodyReader;
        if (reader.TryRead(out ReadResult read))
        {
            if (read.IsCompleted || read.Buffer.Length > MaximumRequestBytes)
            {
                return Take(context, session, type, reader, read.Buffer);
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        return ReadAsync(context, session, type, reader);
    }

    private static async Task ReadAsync(HttpContext context, BaselineSession session, MessageType type, PipeReader reader)
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await reader.ReadAsync().ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is IOException or OperationCanceledException)
            {
                // The client has gone; nobody waits for an answer.
                return;
            }

            if (read.IsCompleted || read.Buffer.Length > MaximumRequestBytes)
            {
                await Take(context, session, type, reader, read.Buffer).ConfigureAwait(false);
                return;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Runs a request that has been read, straight from Kestrel's buffer.</summary>
    private static Task Take(HttpContext context, BaselineSession session, MessageType type, PipeReader reader, in ReadOnlySequence<byte> body)
    {
        NamingAnswer answer;
        IMessage? queued = null;
        if (!session.IsSetUp)
        {
            answer = NamingAnswer.Of(RequestError.SessionClosed with { Text = "the connection's stream has not done its set-up" });
        }
        else if (body.Length < GrpcPrefix.Size || GrpcPrefix.Read(body) != body.Length - GrpcPrefix.Size)
        {
            answer = NamingAnswer.Of(new RequestError(ErrorCode.MalformedBody, "", $"a call carries one message of at most {MaximumRequestBytes} bytes that is not compressed"));
        }
        else
        {
            session.Node.Services.Naming.TryRunNow(session, type, body.Slice(GrpcPrefix.Size), out answer, out queued);
        }

        reader.AdvanceTo(body.End);
        if (queued is not null && answer.Error is null && answer.SharedBody is null)
        {
            return RunQueuedAsync(context, session, type, queued);
        }

        GrpcResponse.Write(context, answer);
        return Task.CompletedTask;
    }

    private static async Task RunQueuedAsync(HttpContext context, BaselineSession session, MessageType type, IMessage message)
    {
        QueuedCall call = new(session, type, message);
        NamingAnswer answer;
        if (session.Node.Requests.TryAdd(call))
        {
            answer = await call.Answer.ConfigureAwait(false);
        }
        else
        {
            answer = NamingAnswer.Of(RequestError.Overloaded);
        }

        GrpcResponse.Write(context, answer);
    }
}
