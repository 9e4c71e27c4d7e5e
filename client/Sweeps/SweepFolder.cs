using System.Text.Json;
using System.Text.Json.Nodes;
using OpenSora.Contracts;
using OpenSora.Contracts.Files;

namespace OpenSora.Client.Sweeps;

/// <summary>
/// The folder of a sweep. What a cell came to is a line of results.jsonl that is written when the cell is over and is on the
/// disk before the next one begins in its place, so whatever ends the program, the lines that are there are whole and hold. Thread-safe.
/// </summary>
internal sealed class SweepFolder : IDisposable
{
    private const byte Newline = (byte)'\n';

    private readonly Lock _one = new();
    private readonly FileStream _lines;
    private readonly Dictionary<string, JsonObject> _results = [];
    private readonly List<string> _order = [];

    /// <param name="path">Made when missing.</param>
    /// <exception cref="InputException">Another sweep is at work in it, it cannot be written to, or a line is no result.</exception>
    public SweepFolder(string path)
    {
        Path = path;
        string file = System.IO.Path.Combine(path, "results.jsonl");
        try
        {
            Directory.CreateDirectory(path);
            _lines = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--out {path} cannot be used: {e.Message.TrimEnd('.')}: give another folder, or wait for the sweep that is at work there", e);
        }
        try
        {
            Read(file);
        }
        catch
        {
            _lines.Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>The last result of each cell, in the order in which cells were first tried.</summary>
    public IReadOnlyList<JsonObject> Results
    {
        get
        {
            lock (_one)
                return [.. _order.Select(cell => _results[cell])];
        }
    }

    /// <returns>The last result of the cell; null when it was not tried yet.</returns>
    public JsonObject? Of(string cell)
    {
        lock (_one)
            return _results.GetValueOrDefault(cell);
    }

    /// <summary>Adds a result, and returns when it is on the disk.</summary>
    /// <exception cref="DiskFullException">There is no room for it: the cell is measured again by the next sweep.</exception>
    public void Append(JsonObject result)
    {
        lock (_one)
        {
            try
            {
                _lines.Write([.. JsonSerializer.SerializeToUtf8Bytes(result), Newline]);
                _lines.Flush(flushToDisk: true);
            }
            catch (IOException full) when (DiskFullException.Is(full))
            {
                throw new DiskFullException(_lines.Name, _lines.Length, full);
            }
            Keep(result);
        }
    }

    /// <summary>Writes a whole file or none.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string text)
    {
        string file = System.IO.Path.Combine(Path, name);
        AtomicFile.WriteText(file, text);
        return file;
    }

    public void Dispose() => _lines.Dispose();

    private void Read(string file)
    {
        byte[] bytes = new byte[_lines.Length];
        _lines.ReadExactly(bytes);
        // The program may have ended in the middle of its last line: that cell was not told to anybody.
        int whole = bytes.AsSpan().LastIndexOf(Newline) + 1;
        int number = 0;
        foreach (Range line in bytes.AsSpan(0, whole).Split(Newline))
        {
            ReadOnlySpan<byte> text = bytes.AsSpan(0, whole)[line];
            number++;
            if (text.IsEmpty)
                continue;
            try
            {
                JsonObject result = JsonNode.Parse(text)!.AsObject();
                if ((string?)result["schema"] != SweepRun.Schema)
                    throw new JsonException($"its schema is not {SweepRun.Schema}");
                Keep(result);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
            {
                throw new InputException($"{file}, line {number}, is no result of a sweep ({e.Message}): give another --out, or take the line out", e);
            }
        }
        _lines.SetLength(whole);
        _lines.Position = whole;
    }

    private void Keep(JsonObject result)
    {
        string cell = (string)result["cell"]!;
        if (!_results.ContainsKey(cell))
            _order.Add(cell);
        _results[cell] = result;
    }
}
