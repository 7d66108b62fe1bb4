namespace FastRegistry.Wire.Transport;

/// <summary>Decides what to do with a connection a listener has accepted.</summary>
public interface IConnectionAcceptor
{
    /// <summary>Makes the handler of a new connection. Called on the accept loop; must not block.</summary>
    /// <returns>The handler, or null to drop the connection without a word.</returns>
    IConnectionHandler? Accept(Connection connection);
}
