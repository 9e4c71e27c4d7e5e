using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace OpenSora.Links;

/// <summary>
/// Where a card takes links from others, for as long as its process lives: one for all its jobs and epochs. Connections
/// that prove the token wait here until the gang that they are for collects them.
/// </summary>
public sealed class LinkListener : IDisposable
{
    private readonly byte[] _token;
    private readonly LinkOptions _options;
    private readonly Socket _socket;
    private readonly object _gate = new();
    private readonly Dictionary<LinkRequest, Stream> _arrived = [];
    private readonly Dictionary<string, long> _epochs = [];
    private long _wrongTokens, _wrongProtocols, _wrongEpochs, _noMembers, _noGreetings;
    private bool _closed;

    /// <summary>Listens at once.</summary>
    /// <param name="address">See <see cref="LinkAddress"/>. A socket file is made for this user alone, and removed at the end.</param>
    /// <param name="token">The secret that all cards of a cluster share.</param>
    public LinkListener(EndPoint address, byte[] token, LinkOptions options)
    {
        (_token, _options) = (token, options);
        _socket = LinkAddress.Open(address);
        try
        {
            RemoveAbandoned(address);
            _socket.Bind(address);
            if (address is UnixDomainSocketEndPoint && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(address.ToString()!, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            _socket.Listen();
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        Address = _socket.LocalEndPoint!;
        new Thread(AcceptAll) { IsBackground = true, Name = "links: accept" }.Start();
    }

    /// <summary>Where it listens, with the port that was free.</summary>
    public EndPoint Address { get; }

    /// <summary>Connections refused because they did not know the token.</summary>
    public long WrongTokens => Interlocked.Read(ref _wrongTokens);

    /// <summary>Connections refused because they speak another version.</summary>
    public long WrongProtocols => Interlocked.Read(ref _wrongProtocols);

    /// <summary>What was wrong with the last of them; null when there was none.</summary>
    public string? LastWrongProtocol { get; private set; }

    /// <summary>Connections refused because they were for an epoch that is over.</summary>
    public long WrongEpochs => Interlocked.Read(ref _wrongEpochs);

    /// <summary>Connections refused because they showed no certificate of the cluster, or did not speak TLS.</summary>
    public long NoMembers => Interlocked.Read(ref _noMembers);

    /// <summary>Connections that said nothing that could be understood.</summary>
    public long NoGreetings => Interlocked.Read(ref _noGreetings);

    /// <summary>From now on all connections for older epochs of this job are refused, and those that wait are closed.</summary>
    public void Fence(GangName gang)
    {
        lock (_gate)
        {
            _epochs[gang.Job] = Math.Max(gang.Epoch, _epochs.GetValueOrDefault(gang.Job));
            foreach (LinkRequest old in _arrived.Keys.Where(request => request.Gang.Job == gang.Job && request.Gang.Epoch < gang.Epoch).ToArray())
            {
                _arrived.Remove(old, out Stream? stream);
                stream!.Dispose();
            }
        }
    }

    /// <summary>Forgets the epochs of a job that is over.</summary>
    public void Forget(string job)
    {
        lock (_gate)
            _epochs.Remove(job);
    }

    /// <summary>Waits for the connection of another rank.</summary>
    /// <returns>Null when it did not come in time.</returns>
    /// <exception cref="OperationCanceledException">It is not waited for any more.</exception>
    internal Stream? Take(LinkRequest request, TimeSpan wait, CancellationToken cancel)
    {
        long end = Environment.TickCount64 + (long)wait.TotalMilliseconds;
        using CancellationTokenRegistration wake = cancel.Register(() =>
        {
            lock (_gate)
                Monitor.PulseAll(_gate);
        });
        lock (_gate)
        {
            Stream? stream;
            while (!_arrived.Remove(request, out stream))
            {
                cancel.ThrowIfCancellationRequested();
                long left = end - Environment.TickCount64;
                if (_closed || left <= 0 || !Monitor.Wait(_gate, (int)left))
                    return null;
            }
            return stream;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            foreach (Stream stream in _arrived.Values)
                stream.Dispose();
            _arrived.Clear();
            Monitor.PulseAll(_gate);
        }
        _socket.Dispose();
        if (Address is UnixDomainSocketEndPoint)
            File.Delete(Address.ToString()!);
    }

    /// <summary>A process that was killed leaves its socket file behind, where nobody listens any more.</summary>
    private static void RemoveAbandoned(EndPoint address)
    {
        if (address is not UnixDomainSocketEndPoint || !File.Exists(address.ToString()))
            return;
        using Socket probe = LinkAddress.Open(address);
        try
        {
            probe.Connect(address);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(address.ToString()!);
        }
    }

    private void AcceptAll()
    {
        while (true)
        {
            Socket connection;
            try
            {
                connection = _socket.Accept();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (_closed)
                    return;
                Thread.Sleep(50); // too many open files, say: it may pass
                continue;
            }
            // A thread each: greetings block, and one that is slow must not delay the others.
            new Thread(() => Greet(connection)) { IsBackground = true, Name = "links: greet" }.Start();
        }
    }

    private void Greet(Socket connection)
    {
        Stream stream = new NetworkStream(connection, ownsSocket: true)
        {
            ReadTimeout = (int)_options.Silence.TotalMilliseconds,
            WriteTimeout = (int)_options.Silence.TotalMilliseconds,
        };
        bool kept = false;
        try
        {
            if (connection.AddressFamily != AddressFamily.Unix)
            {
                connection.NoDelay = true;
                if (_options.Tls is { } tls)
                {
                    SslStream secure = new(stream);
                    stream = secure;
                    secure.AuthenticateAsServer(tls.Server);
                }
            }
            Greeting greeting = Handshake.Hear(stream, _token);
            PeerFault? refusal = greeting.Refusal;
            if (refusal is null)
            {
                refusal = IsOver(greeting.Request) ? PeerFault.WrongEpoch : null;
                greeting.Answer(refusal);
                kept = refusal is null && Keep(greeting.Request, stream);
            }
            else if (refusal == PeerFault.WrongProtocol)
                LastWrongProtocol = LinkProtocol.Refusal(greeting.Version);
            Count(refusal);
        }
        catch (AuthenticationException)
        {
            Interlocked.Increment(ref _noMembers);
        }
        catch (Exception e) when (Handshake.IsBroken(e))
        {
            Interlocked.Increment(ref _noGreetings);
        }
        finally
        {
            if (!kept)
                stream.Dispose();
        }
    }

    private bool IsOver(LinkRequest request)
    {
        lock (_gate)
            return _closed || request.Gang.Epoch < _epochs.GetValueOrDefault(request.Gang.Job);
    }

    /// <summary>False when the epoch has ended while the request was answered: then the connection closes.</summary>
    private bool Keep(LinkRequest request, Stream stream)
    {
        lock (_gate)
        {
            if (IsOver(request))
                return false;
            if (_arrived.Remove(request, out Stream? before))
                before.Dispose(); // it tried again
            _arrived.Add(request, stream);
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    private void Count(PeerFault? refusal)
    {
        if (refusal == PeerFault.WrongToken)
            Interlocked.Increment(ref _wrongTokens);
        else if (refusal == PeerFault.WrongProtocol)
            Interlocked.Increment(ref _wrongProtocols);
        else if (refusal == PeerFault.WrongEpoch)
            Interlocked.Increment(ref _wrongEpochs);
    }
}
