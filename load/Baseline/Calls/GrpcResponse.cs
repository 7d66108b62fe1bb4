using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using FastRegistry.Load.Targets.Grpc.Framing;
using FastRegistry.Node.Requests;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;

namespace FastRegistry.Load.Baseline.Calls;

/// <summary>Writes answers in gRPC's form: prefix and message, status in the trailers.</summary>
internal static class GrpcResponse
{
    public const string ContentType = "application/grpc";

    private const string OkText = "0";

    /// <summary>Writes the answer of a call; Kestrel sends it when the call returns, headers, message and trailers together.</summary>
    public static void Write(HttpContext context, in NamingAnswer answer)
    {
        if (answer.Error is not null)
        {
            WriteError(context, answer.Error);
            return;
        }

        context.Response.ContentType = ContentType;
        PipeWriter writer = context.Response.BodyWriter;
        if (answer.SharedBody is { } body)
        {
            GrpcPrefix.Write(writer.GetSpan(GrpcPrefix.Size), body.Length);
            writer.Advance(GrpcPrefix.Size);
            writer.Write(body);
        }
        else if (answer.Written is { } written)
        {
            Span<byte> destination = writer.GetSpan(GrpcPrefix.Size + WriteReply.MaximumBytes);
            int messageBytes = written.Write(destination[GrpcPrefix.Size..]);
            GrpcPrefix.Write(destination, messageBytes);
            writer.Advance(GrpcPrefix.Size + messageBytes);
        }
        else
        {
            int messageBytes = answer.Message!.CalculateSize();
            Span<byte> destination = writer.GetSpan(GrpcPrefix.Size + messageBytes);
            GrpcPrefix.Write(destination, messageBytes);
            answer.Message.WriteTo(destination.Slice(GrpcPrefix.Size, messageBytes));
            writer.Advance(GrpcPrefix.Size + messageBytes);
        }

        WriteOk(context);
    }

    /// <summary>Sets the trailers of a call that worked.</summary>
    public static void WriteOk(HttpContext context) => context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers.GrpcStatus = OkText;

    /// <summary>Sets the status of a call that failed: in the headers when nothing was sent yet, as gRPC does, else in the trailers.</summary>
    public static void WriteError(HttpContext context, RequestError error)
    {
        IHeaderDictionary destination = context.Response.HasStarted
            ? context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : context.Response.Headers;
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = ContentType;
        }

        destination.GrpcStatus = ((int)StatusOf(error.Code)).ToString(CultureInfo.InvariantCulture);
        destination.GrpcMessage = PercentEncode(error.Text);
    }

    private static GrpcStatusCode StatusOf(ErrorCode code) => code switch
    {
        ErrorCode.MalformedBody or ErrorCode.InvalidArgument => GrpcStatusCode.InvalidArgument,
        ErrorCode.UnknownOperation or ErrorCode.NotSupported => GrpcStatusCode.Unimplemented,
        ErrorCode.LimitExceeded => GrpcStatusCode.ResourceExhausted,
        ErrorCode.Overloaded or ErrorCode.Unavailable => GrpcStatusCode.Unavailable,
        ErrorCode.Conflict => GrpcStatusCode.AlreadyExists,
        ErrorCode.Cancelled => GrpcStatusCode.Cancelled,
        ErrorCode.SessionClosed => GrpcStatusCode.FailedPrecondition,
        _ => GrpcStatusCode.Internal,
    };

    /// <summary>gRPC's encoding of a status text: printable ASCII but for '%' stays.</summary>
    private static string PercentEncode(string text)
    {
        StringBuilder encoded = new(text.Length);
        foreach (byte character in Encoding.UTF8.GetBytes(text))
        {
            if (character is >= 0x20 and <= 0x7e and not (byte)'%')
            {
                encoded.Append((char)character);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{character:X2}");
            }
        }

        return encoded.ToString();
    }
}
