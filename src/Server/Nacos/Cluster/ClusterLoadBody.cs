using System.Text.Json.Serialization;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Cluster;

/// <summary>Body of <c>GET /nacos/v2/core/loader/cluster</c>.</summary>
/// <param name="Total">Connections of all members.</param>
/// <param name="Min">Fewest on a member.</param>
/// <param name="Avg">Average.</param>
/// <param name="Max">Most on a member.</param>
/// <param name="MemberCount">Members.</param>
/// <param name="MetricsCount">Members that answered.</param>
/// <param name="Threshold">A tenth above the average: from here on a member counts as overloaded.</param>
/// <param name="Completed">All members answered.</param>
/// <param name="Detail">One per member.</param>
internal sealed record ClusterLoadBody(
    int Total,
    int Min,
    int Avg,
    int Max,
    int MemberCount,
    int MetricsCount,
    [property: JsonConverter(typeof(JavaDoubleConverter))] double Threshold,
    bool Completed,
    IReadOnlyList<MemberLoadBody> Detail);
