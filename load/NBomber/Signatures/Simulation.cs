using NBomber.Contracts;

namespace NBomber.CSharp;

/// <summary>Makes load simulations.</summary>
public static class Simulation
{
    public static LoadSimulation RampingConstant(int copies, TimeSpan during) => throw SignaturesOnly.Fault;

    public static LoadSimulation KeepConstant(int copies, TimeSpan during) => throw SignaturesOnly.Fault;

    public static LoadSimulation RampingInject(int rate, TimeSpan interval, TimeSpan during) => throw SignaturesOnly.Fault;

    public static LoadSimulation Inject(int rate, TimeSpan interval, TimeSpan during) => throw SignaturesOnly.Fault;

    public static LoadSimulation IterationsForConstant(int copies, int iterations) => throw SignaturesOnly.Fault;

    public static LoadSimulation Pause(TimeSpan during) => throw SignaturesOnly.Fault;
}
