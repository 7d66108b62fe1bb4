using FastRegistry.Client.Services;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Registering;

/// <summary>Cuts a set of instances into requests that a server takes.</summary>
internal static class RegistrationParts
{
    /// <summary>Bytes of a part: far below what a server takes, so that other requests pass between the parts.</summary>
    public const int PartBytes = 256 * 1024;

    // Tag and length in front of an instance, and the fields of the request behind its instances.
    private const int ElementBytes = 8;
    private const int RequestBytes = 32;

    /// <summary>The requests, in order: one that is no part when it holds them all, else the parts of a set.</summary>
    /// <param name="template">The request without its instances.</param>
    /// <param name="instances">The instances; there may be none.</param>
    /// <param name="maximumBytes">What a request may have; an instance that is larger goes alone.</param>
    /// <param name="set">Number for the set, when it has parts.</param>
    public static List<BatchRegisterRequest> Cut(BatchRegisterRequest template, IEnumerable<Instance> instances, int maximumBytes, uint set)
    {
        int envelope = template.CalculateSize() + RequestBytes;
        int bytes = envelope;
        List<BatchRegisterRequest> requests = [template.Clone()];
        foreach (Instance instance in instances)
        {
            Wire.Messages.Instance message = instance.ToMessage();
            int own = message.CalculateSize() + ElementBytes;
            if (bytes + own > maximumBytes && requests[^1].Instances.Count > 0)
            {
                requests.Add(template.Clone());
                bytes = envelope;
            }

            requests[^1].Instances.Add(message);
            bytes += own;
        }

        if (requests.Count > 1)
        {
            for (int i = 0; i < requests.Count; i++)
            {
                requests[i].Set = set;
                requests[i].More = i < requests.Count - 1;
            }
        }

        return requests;
    }
}
