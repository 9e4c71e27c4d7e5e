using System.Text.Json;
using System.Text.Json.Nodes;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;

namespace OpenSora.Client.Sweeps;

/// <summary>A pass that a service was asked for.</summary>
/// <param name="Server">Its address.</param>
/// <param name="Key">Its idempotency key.</param>
/// <param name="Id">Its video; null while that was not told.</param>
internal sealed record AskedPass(string Cell, string Server, string Key, string? Id);

/// <summary>
/// What a sweep has asked services for and not removed there, and which cells worked at the same time: service.jsonl in its
/// folder. A line is on the disk before the service is asked, so a sweep that was killed knows what it left. Thread-safe.
/// </summary>
internal sealed class SweepJournal : IDisposable
{
    private const byte Newline = (byte)'\n';

    private readonly Lock _one = new();
    private readonly FileStream _lines;
    private readonly Dictionary<string, AskedPass> _passes = [];
    private readonly Dictionary<string, SortedSet<string>> _beside = [];
    private string _sweep = "";

    /// <param name="folder">Of the sweep; whoever opens the journal holds it.</param>
    /// <exception cref="InputException">It cannot be written to, or a line is none of a journal.</exception>
    public SweepJournal(string folder)
    {
        string file = Path.Combine(folder, "service.jsonl"), part = file + ".part";
        try
        {
            if (File.Exists(file))
                Read(file);
            if (_sweep.Length == 0)
                _sweep = Guid.NewGuid().ToString("n");
            _lines = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.Read);
            // What is over is left out. The file is the old one or the new one.
            Append([
                new JsonObject { ["sweep"] = _sweep }, .. _passes.Values.Select(Line),
                .. _beside.Where(cell => IsOpen(cell.Key)).SelectMany(cell => cell.Value.Select(other => Line(cell.Key, other))),
            ]);
            File.Move(part, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _lines?.Dispose();
            throw new InputException($"--out {folder} cannot be used: {e.Message.TrimEnd('.')}: give another folder", e);
        }
    }

    /// <summary>The passes that are not removed at their services, in the order in which they were asked for.</summary>
    public IReadOnlyList<AskedPass> Passes
    {
        get
        {
            lock (_one)
                return [.. _passes.Values];
        }
    }

    /// <summary>The same key for the same pass, whichever process of this sweep asks for it; no other sweep has it.</summary>
    public string KeyOf(string cell, int pass) => FormattableString.Invariant($"sweep-{_sweep}-{cell}-{pass}");

    /// <summary>Whether a service may have passes of the cell.</summary>
    public bool IsOpen(string cell) => Passes.Any(pass => pass.Cell == cell);

    public bool Knows(string key)
    {
        lock (_one)
            return _passes.ContainsKey(key);
    }

    /// <summary>Before a service is asked, and again when it has told the video.</summary>
    public void Ask(AskedPass pass)
    {
        lock (_one)
        {
            _passes[pass.Key] = pass;
            Append([Line(pass)]);
        }
    }

    /// <summary>The service has refused a pass.</summary>
    public void Withdraw(string key)
    {
        lock (_one)
        {
            _passes.Remove(key);
            Append([new JsonObject { ["refused"] = key }]);
        }
    }

    /// <summary>Both cells had cards at the same time.</summary>
    public void Meet(string cell, string other)
    {
        lock (_one)
        {
            foreach ((string one, string another) in new[] { (cell, other), (other, cell) })
                if (Of(one).Add(another))
                    Append([Line(one, another)]);
        }
    }

    /// <summary>The cells that had cards while this one had.</summary>
    public IReadOnlyList<string> Beside(string cell)
    {
        lock (_one)
            return [.. Of(cell)];
    }

    /// <summary>The services have no pass of the cell any more.</summary>
    public void Forget(string cell)
    {
        lock (_one)
        {
            Drop(cell);
            Append([new JsonObject { ["over"] = cell }]);
        }
    }

    public void Dispose() => _lines.Dispose();

    private SortedSet<string> Of(string cell) => _beside.TryGetValue(cell, out SortedSet<string>? known) ? known : _beside[cell] = new(StringComparer.Ordinal);

    private void Drop(string cell)
    {
        foreach (string key in _passes.Values.Where(pass => pass.Cell == cell).Select(pass => pass.Key).ToArray())
            _passes.Remove(key);
        _beside.Remove(cell);
    }

    private static JsonObject Line(AskedPass pass) => new() { ["cell"] = pass.Cell, ["server"] = pass.Server, ["key"] = pass.Key, ["id"] = pass.Id };

    private static JsonObject Line(string cell, string other) => new() { ["cell"] = cell, ["beside"] = other };

    private void Append(IEnumerable<JsonObject> lines)
    {
        try
        {
            foreach (JsonObject line in lines)
                _lines.Write([.. JsonSerializer.SerializeToUtf8Bytes(line), Newline]);
            _lines.Flush(flushToDisk: true);
        }
        catch (IOException full) when (DiskFullException.Is(full))
        {
            throw new DiskFullException(_lines.Name, _lines.Length, full);
        }
    }

    private void Read(string file)
    {
        string text = File.ReadAllText(file);
        // The program may have ended in the middle of the last line: nothing was done by it.
        foreach (string line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                JsonObject told = JsonNode.Parse(line)!.AsObject();
                if (told["sweep"] is { } sweep)
                    _sweep = (string)sweep!;
                else if (told["refused"] is { } refused)
                    _passes.Remove((string)refused!);
                else if (told["over"] is { } over)
                    Drop((string)over!);
                else if (told["beside"] is { } other)
                    Of((string)told["cell"]!).Add((string)other!);
                else
                    _passes[(string)told["key"]!] = new AskedPass((string)told["cell"]!, (string)told["server"]!, (string)told["key"]!, (string?)told["id"]);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or ArgumentNullException)
            {
                throw new InputException($"{file} is no journal of a sweep ({e.Message.TrimEnd('.')}): give another --out, or take the file away and cancel by hand what it names", e);
            }
        }
    }
}
