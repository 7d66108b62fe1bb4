using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using FastRegistry.Load.Baseline.Sessions;
using FastRegistry.Load.Targets.Grpc.Framing;
using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Load.Baseline.Calls;

/// <summary>A client's stream, from set-up to end: heartbeats are answered here, pushes are written by the push workers.</summary>
internal static class OpenCall
{
    private static readonly RequestError OpenAlready = new(ErrorCode.Conflict, "", "the connection has a stream already");
    private static readonly RequestError SetUpFirst = new(ErrorCode.MalformedBody, "", "the first message, and no other, must be the set-up");
    private static readonly RequestError Unreadable = new(ErrorCode.MalformedBody, "", "a message of the stream is not one of its kinds, compressed or too long");
    private static readonly RequestError UnreadAnswers = new(ErrorCode.LimitExceeded, "", "answers wait because the client does not read them");

    public static async Task RunAsync(HttpContext context, BaselineSession session)
    {
        if (!session.TryOpen())
        {
            GrpcResponse.WriteError(context, OpenAlready);
            return;
        }

        PipeReader reader = context.Request.BodyReader;
        context.Response.ContentType = GrpcResponse.ContentType;
        SessionStream stream = new(context.Response.BodyWriter, session.ResyncMarked);
        RequestError? error = null;
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync().ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;
                error = TakeAll(ref rest, session, stream);
                reader.AdvanceTo(rest.Start, rest.End);
                if (error is not null || read.IsCompleted || read.IsCanceled)
                {
                    break;
                }
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The connection is gone, and the trailers with it.
        }
        finally
        {
            session.End();
            await stream.EndAsync().ConfigureAwait(false);
        }

        if (error is null)
        {
            GrpcResponse.WriteOk(context);
        }
        else
        {
            GrpcResponse.WriteError(context, error);
        }
    }

    /// <summary>Handles every message that is complete; an error ends the stream.</summary>
    private static RequestError? TakeAll(ref ReadOnlySequence<byte> rest, BaselineSession session, SessionStream stream)
    {
        while (rest.Length >= GrpcPrefix.Size)
        {
            int messageBytes = GrpcPrefix.Read(rest);
            if (messageBytes is < 1 or > WireLimits.MaximumSetupBodyBytes)
            {
                return Unreadable;
            }

            if (rest.Length < GrpcPrefix.Size + messageBytes)
            {
                return null;
            }

            ReadOnlySequence<byte> message = rest.Slice(GrpcPrefix.Size, messageBytes);
            rest = rest.Slice(GrpcPrefix.Size + messageBytes);
            if (Take(message, session, stream) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private static RequestError? Take(in ReadOnlySequence<byte> message, BaselineSession session, SessionStream stream)
    {
        StreamMessageKind kind = (StreamMessageKind)message.FirstSpan[0];
        if (kind == StreamMessageKind.Setup != !session.IsSetUp)
        {
            return SetUpFirst;
        }

        if (kind == StreamMessageKind.Setup)
        {
            return SetUp(message.Slice(1), session, stream);
        }

        if (kind != StreamMessageKind.Ping || message.Length != StreamMessageLayout.PingBytes)
        {
            return Unreadable;
        }

        return stream.TryWrite(StreamMessage.Pong(ReadToken(message))) == AppendOutcome.AboveHighWaterMark ? UnreadAnswers : null;
    }

    private static RequestError? SetUp(in ReadOnlySequence<byte> body, BaselineSession session, SessionStream stream)
    {
        SetupOutcome outcome = SetupValidator.Check(body, out SetupRequest? request, out RequestError? error);
        if (outcome != SetupOutcome.Accepted)
        {
            return error;
        }

        session.SetUp(request!, stream);
        stream.TryWrite(StreamMessage.Setup(session.Node.Services.SetupReplies.Encode()));
        return null;
    }

    private static ulong ReadToken(in ReadOnlySequence<byte> message)
    {
        if (message.IsSingleSegment)
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(message.FirstSpan[1..]);
        }

        Span<byte> token = stackalloc byte[StreamMessageLayout.TokenBytes];
        message.Slice(1).CopyTo(token);
        return BinaryPrimitives.ReadUInt64LittleEndian(token);
    }
}
