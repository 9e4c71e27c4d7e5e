using System.Diagnostics;
using Npgsql;

namespace OpenSora.TestKit;

/// <summary>A PostgreSQL server in a folder of its own, on a Unix socket; nothing of it is left.</summary>
public sealed class PostgreSqlServer : IDisposable
{
    // Sockets have short names only, and the server's own user must get there.
    private readonly string _folder = $"/tmp/opensora-pg-{Environment.ProcessId}";
    private readonly string _programs;
    private int _databases;

    public PostgreSqlServer()
    {
        _programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin"
            : throw new InvalidOperationException("there is no PostgreSQL here: apt-get install postgresql (./test.sh does)");
        Directory.CreateDirectory(_folder);
        if (Environment.UserName == "root")
            Run("chown", "postgres", _folder);
        AsServer("initdb", "-D", $"{_folder}/data", "-A", "trust", "-U", "opensora", "--no-sync");
        Start();
    }

    /// <summary>As when its machine starts: what was written before is there.</summary>
    public void Start() => AsServer("pg_ctl", "-D", $"{_folder}/data", "-w", "-l", $"{_folder}/log", "-o", $"-c listen_addresses= -c fsync=off -k {_folder}", "start");

    /// <summary>Whoever is connected is cut off.</summary>
    public void Stop() => AsServer("pg_ctl", "-D", $"{_folder}/data", "-m", "fast", "-w", "stop");

    /// <returns>The connection string of an empty database.</returns>
    public string NewDatabase()
    {
        string name = $"test{Interlocked.Increment(ref _databases)}";
        using NpgsqlConnection connection = new(To("postgres") + ";Pooling=false");
        connection.Open();
        using NpgsqlCommand create = new($"CREATE DATABASE {name}", connection);
        create.ExecuteNonQuery();
        return To(name);
    }

    public void Dispose()
    {
        NpgsqlConnection.ClearAllPools();
        AsServer("pg_ctl", "-D", $"{_folder}/data", "-m", "immediate", "stop");
        Run("rm", "-rf", _folder);
    }

    private string To(string database) => $"Host={_folder};Username=opensora;Database={database}";

    /// <summary>The server refuses to be root.</summary>
    private void AsServer(string program, params string[] arguments)
    {
        string path = Path.Combine(_programs, program);
        if (Environment.UserName == "root")
            Run("runuser", ["-u", "postgres", "--", path, .. arguments]);
        else
            Run(path, arguments);
    }

    private static void Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = "/tmp", RedirectStandardInput = true };
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
