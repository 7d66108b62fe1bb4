using System.Buffers;
using System.Net;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Transport;

/// <summary>The receive loop of all transports against a scripted one, where races of other threads come at the worst moment.</summary>
public sealed class ReceiveLoopTests
{
    private readonly TransportResources _resources = new(new OutboundLimits { HighWaterMarkBytes = 1_000 });

    [Fact]
    public void What_is_left_is_delivered_when_the_resume_comes_between_the_looks()
    {
        ScriptedConnection connection = new(_resources);
        TestHandler handler = new(connection, (TestHandler self, in ReadOnlySequence<byte> received, BatchWriter _) =>
        {
            if (self.Calls == 1)
            {
                self.Connection.HoldInput();
            }

            return TakeOne(received);
        });
        connection.WhenRefused = connection.ResumeInput;
        connection.Start(handler);
        Assert.Equal(2, handler.ReceivedBytes);
        Assert.Equal(0, connection.Left);
        Assert.Null(connection.CloseReason);
    }

    [Fact]
    public void What_is_left_is_delivered_when_the_output_drains_between_the_looks()
    {
        ScriptedConnection connection = new(_resources);
        TestHandler handler = new(connection, (TestHandler self, in ReadOnlySequence<byte> received, BatchWriter replies) =>
        {
            if (self.Calls == 1)
            {
                replies.AppendShared(new byte[2_000]);
            }

            return TakeOne(received);
        });
        connection.WhenRefused = connection.SendAll;
        connection.Start(handler);
        Assert.Equal(2, handler.ReceivedBytes);
        Assert.Equal(0, connection.Left);
        Assert.Null(connection.CloseReason);
    }

    private static ReceiveResult TakeOne(in ReadOnlySequence<byte> received)
    {
        SequencePosition end = received.GetPosition(1);
        return new ReceiveResult(end, end);
    }

    /// <summary>Receives two bytes at once and keeps what the handler leaves of them.</summary>
    private sealed class ScriptedConnection(TransportResources resources) : Connection(resources)
    {
        private SegmentList _unsent;
        private bool _received;

        /// <summary>Bytes that the handler has not taken.</summary>
        public int Left { get; private set; }

        /// <summary>What another thread does just after the connection has found that it may not deliver.</summary>
        public Action? WhenRefused { get; set; }

        public override EndPoint? RemoteEndPoint => null;

        private protected override int ReceivesPerTurn => 4;

        public void SendAll()
        {
            while (Outbound.TryTake(ref _unsent, out _))
            {
                long bytes = _unsent.Bytes;
                _unsent.Clear(Resources.Segments);
                AccountSent(bytes);
            }
        }

        private protected override void StartReceiving() => ReceiveUntilDrained();

        private protected override void ContinueReceiving() => ReceiveUntilDrained();

        private protected override bool DeliverUnconsumedInput()
        {
            while (Left > 0)
            {
                if (!CanDeliver)
                {
                    WhenRefused?.Invoke();
                    return false;
                }

                DeliverLeft();
            }

            return true;
        }

        private protected override bool ReceiveOnce()
        {
            if (!_received)
            {
                _received = true;
                Left = 2;
                DeliverLeft();
            }

            return true;
        }

        private protected override bool TryWaitForInput()
        {
            BeginWait();
            return true;
        }

        // The test sends.
        private protected override void StartSending()
        {
        }

        private protected override void CloseTransport()
        {
        }

        private protected override void EndReceiving() => NotifyClosed();

        private void DeliverLeft()
        {
            ReadOnlySequence<byte> buffer = new(new byte[Left]);
            ReceiveResult result = Deliver(buffer);
            Left = (int)buffer.Slice(result.Consumed).Length;
        }
    }
}
