using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Load.Tests.Targets.Harness;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Tests.Targets.Native;

/// <summary>What calls allocate once a connection is warm. The scripted server runs on the same thread and allocates nothing either.</summary>
public sealed class NativeAllocationTests
{
    private const int Rounds = 5_000;

    private static readonly PreparedRequest Query = new NativeRequest(MessageType.Query, [1, 2, 3]);

    [Fact]
    public async Task A_query_allocates_nothing()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        AllocationGate.AssertNothing(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                ValueTask<LoadResult> answer = peer.Client.SendAsync(Query);
                peer.Echo();
                Check(answer);
            }
        });
    }

    [Fact]
    public async Task A_heartbeat_allocates_nothing()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        AllocationGate.AssertNothing(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                ValueTask<LoadResult> answer = peer.Client.HeartbeatAsync();
                peer.Echo();
                Check(answer);
            }
        });
    }

    [Fact]
    public async Task Callers_that_ask_again_in_the_batch_that_answered_them_allocate_nothing()
    {
        ScriptedPeer peer = await ScriptedPeer.ConnectAsync();
        long answered = 0;

        async Task AskAgainAndAgainAsync()
        {
            while ((await peer.Client.SendAsync(Query).ConfigureAwait(false)).IsOk)
            {
                answered++;
            }
        }

        Task[] callers = [.. Enumerable.Range(0, 16).Select(_ => AskAgainAndAgainAsync())];
        AllocationGate.AssertNothing(() =>
        {
            long before = answered;
            for (int i = 0; i < Rounds; i++)
            {
                peer.Echo();
            }

            if (answered - before != Rounds * callers.Length)
            {
                throw new InvalidOperationException($"{answered - before} answers");
            }
        });
        peer.Close();
        await Task.WhenAll(callers).WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
    }

    private static void Check(ValueTask<LoadResult> answer)
    {
        if (!answer.IsCompletedSuccessfully || !answer.Result.IsOk)
        {
            throw new InvalidOperationException("not answered");
        }
    }
}
