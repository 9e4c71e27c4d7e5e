using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OpenSora.Torch;

/// <summary>
/// Memory that tensors use and somebody else owns. torch tells only the address when it returns it, so of several owners of
/// one address any is let go: all of them keep the same memory.
/// </summary>
internal static class ForeignMemory
{
    private static readonly Dictionary<nint, List<IDisposable>> s_owners = [];

    public static void Lend(nint data, IDisposable owner)
    {
        lock (s_owners)
        {
            if (!s_owners.TryGetValue(data, out List<IDisposable>? owners))
                s_owners[data] = owners = [];
            owners.Add(owner);
        }
    }

    /// <summary>torch made no tensor of it; it may have returned the memory nevertheless.</summary>
    public static void TakeBack(nint data, IDisposable owner)
    {
        bool held;
        lock (s_owners)
        {
            held = s_owners.TryGetValue(data, out List<IDisposable>? owners) && owners.Remove(owner);
            if (held && owners!.Count == 0)
                s_owners.Remove(data);
        }
        if (held)
            owner.Dispose();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Return(nint data)
    {
        IDisposable owner;
        lock (s_owners)
        {
            List<IDisposable> owners = s_owners[data];
            owner = owners[^1];
            owners.RemoveAt(owners.Count - 1);
            if (owners.Count == 0)
                s_owners.Remove(data);
        }
        owner.Dispose();
    }
}
