using System.Runtime.InteropServices;

namespace FastRegistry.Node.Sessions;

/// <summary>The profiles in use, each once however many sessions have it, so that a session pays for one reference.</summary>
/// <remarks>Any thread; a short lock at the set-up and the end of a session. Bounded by the sessions: a profile goes with the last of them.</remarks>
internal sealed class ClientProfiles
{
    private readonly Lock _profileGate = new();
    private readonly Dictionary<ClientProfile, (ClientProfile Shared, int Sessions)> _profiles = [];

    public int Count
    {
        get
        {
            lock (_profileGate)
            {
                return _profiles.Count;
            }
        }
    }

    /// <summary>The shared profile equal to this one.</summary>
    public ClientProfile Take(ClientProfile profile)
    {
        lock (_profileGate)
        {
            ref (ClientProfile Shared, int Sessions) entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_profiles, profile, out bool known);
            entry = (known ? entry.Shared : profile, entry.Sessions + 1);
            return entry.Shared;
        }
    }

    /// <summary>One session less has it.</summary>
    public void Return(ClientProfile profile)
    {
        lock (_profileGate)
        {
            ref (ClientProfile Shared, int Sessions) entry = ref CollectionsMarshal.GetValueRefOrNullRef(_profiles, profile);
            if (--entry.Sessions == 0)
            {
                _profiles.Remove(profile);
            }
        }
    }
}
