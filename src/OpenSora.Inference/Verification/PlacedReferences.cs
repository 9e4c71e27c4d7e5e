using System.Text.Json;
using OpenSora.Contracts;
using OpenSora.Inference.Conditioning;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Case 7: references placed in the noise <c>z</c>. <c>ref_i</c> are the references; for a row of number n <c>z_n</c> and
/// <c>mask_n</c> are what came of it.
/// </summary>
internal sealed class PlacedReferences(GoldenTensors golden)
{
    private readonly ErrorOf _error = new();
    private readonly SortedSet<string> _onPurpose = new(StringComparer.Ordinal);
    private readonly HashSet<string> _batches = [];

    /// <summary>One clip: its strategy, loop and alignment, and the number of its tensors.</summary>
    public void CompareRow(JsonElement row)
    {
        string number = row.Field("index").GetRawText();
        bool stops = row.Find("error") is not null;
        Compare(
            $"z_{number}", golden["z"][0], [.. References()], row.Words("strategy"), row.Whole("loop_i", 0), row.Whole("align", 0),
            stops ? null : golden[$"z_{number}"][0], stops ? null : golden[$"mask_{number}"][0]);
    }

    /// <summary>Several clips, for each a strategy, which references are its, and what <c>z</c> is multiplied by.</summary>
    public void CompareBatch(string name, JsonElement table)
    {
        _batches.Add(name);
        JsonElement[] strategies = [.. table.Field("strategies").EnumerateArray()];
        JsonElement[] references = [.. table.Items("references")];
        JsonElement[] scales = [.. table.Items("scales")];
        Tensor z = golden[$"{name}_z"], mask = golden[$"{name}_mask"];
        if (z.shape[0] != strategies.Length)
            throw new InputException($"{name}_z has {z.shape[0]} clips, and its table {strategies.Length} strategies");
        for (int clip = 0; clip < strategies.Length; clip++)
            Compare(
                $"{name}_z", golden["z"][0].Times(scales.Length == 0 ? 1 : scales[clip].GetDouble()),
                references.Length == 0 ? [.. References()] : [.. references[clip].EnumerateArray().Select(number => golden[$"ref_{number.GetRawText()}"])],
                GoldenTable.Text(strategies[clip]), table.Whole("loop_i", 0), table.Whole("align", 0), z[clip], mask[clip]);
    }

    public GoldenResult Result(string file)
    {
        foreach (string name in golden.Names.Where(name => name.StartsWith("batch", StringComparison.Ordinal) && !_batches.Contains(name.Split('_')[0])))
            throw new InputException($"no table beside it ({name.Split('_')[0]}_of_….json) tells the strategies of {name}");
        return _error.Result(file, 0, _onPurpose.Count == 0 ? null : string.Join("; ", _onPurpose));
    }

    private IEnumerable<Tensor> References() =>
        Enumerable.Range(0, int.MaxValue).Select(i => $"ref_{i}").TakeWhile(golden.Has).Select(name => golden[name]);

    /// <param name="expected">Null when the original stops.</param>
    private void Compare(string name, Tensor noise, Tensor[] references, string strategy, int loop, int align, Tensor? expected, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        try
        {
            (Tensor placed, Tensor ratios) = Apply(strategy);
            if (expected is null)
                _error.Add($"{name}: '{strategy}' is not refused", double.PositiveInfinity);
            else
            {
                _error.Add($"{name} (mask)", ratios, mask!);
                _error.Add(name, placed, expected);
            }
        }
        catch (InputException refused)
        {
            string? why = expected is null ? null : WhyRefused();
            if (why is not null)
                _onPurpose.Add(why);
            _error.Add($"{name}: {refused.Message}", expected is null || why is not null ? 0 : double.PositiveInfinity);
        }

        (Tensor Placed, Tensor Ratios) Apply(string groups)
        {
            Tensor placed = noise.clone();
            return (placed, tensor(ReferenceFrames.Place(placed, references, groups, loop, align)));
        }

        // The original passes over groups that place nothing.
        string? WhyRefused()
        {
            string[] all = strategy.Split(';');
            if (all.Any(OnPurpose.HasOddRatio))
                return OnPurpose.EditRatio;
            (Tensor placed, Tensor ratios) = Apply(string.Join(';', all.Where(Places)));
            return ErrorOf.Between(placed, expected) == 0 && ErrorOf.Between(ratios, mask!) == 0 ? OnPurpose.EmptyGroup : null;
        }

        bool Places(string group)
        {
            try
            {
                Apply(group);
                return true;
            }
            catch (InputException)
            {
                return false;
            }
        }
    }
}
