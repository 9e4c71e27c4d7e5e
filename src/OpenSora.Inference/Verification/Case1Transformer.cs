using OpenSora.Inference.Sharding;
using OpenSora.Inference.Transformer;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Units;
using OpenSora.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace OpenSora.Inference.Verification;

/// <summary>
/// Case 1: one forward of STDiT3. A file holds the arguments of the original, the output of all channels as <c>out</c>,
/// and of some intermediate results as <c>inter_…</c>. Samples of a batch are computed and compared one by one.
/// </summary>
public static class Case1Transformer
{
    private const double Tolerance = 2e-5;

    public static IEnumerable<GoldenResult> Run(GoldenContext context)
    {
        using Loaded<STDiT3> model = new(() => STDiT3Checkpoint.Load(context.Checkpoint("dit"), context.Device, context.Precision));
        foreach (GoldenResult row in GoldenFiles.Compare(context, "case1_stdit3", "*.safetensors", file => Compare(context, model.Value, file)))
            yield return row;
    }

    private static GoldenResult Compare(GoldenContext context, STDiT3 model, string file)
    {
        using var noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using GoldenTensors golden = new(file);
        ErrorOf error = new();
        long promptTokens = 0;
        for (int sample = 0; sample < golden["x"].shape[0]; sample++)
            promptTokens += Compare(context.Units, model, golden, sample, promptTokens, error);
        return error.Result(GoldenFiles.Name(context, file), Tolerance);
    }

    /// <summary>Computes and compares one sample.</summary>
    /// <param name="promptBegin">Tokens of the prompts before this one in the original's packing.</param>
    /// <returns>Tokens of this sample's prompt.</returns>
    private static long Compare(UnitSize units, STDiT3 model, GoldenTensors golden, int sample, long promptBegin, ErrorOf error)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = golden["x"], latent = x[sample];
        ClipShape shape = new(
            latent.shape[1], latent.shape[2], latent.shape[3], golden["height"][0].Value(), golden["width"][0].Value(),
            RepeatedRow(golden, "fps", sample).Value());
        using ClipContext clip = model.Clip(shape, units);
        using PromptContext prompt = model.Prompt(golden["y"][sample, 0], golden.Has("mask") ? Flags(RepeatedRow(golden, "mask", sample)) : null);
        bool[]? denoised = golden.Has("x_mask") ? Flags(golden["x_mask"][sample]) : null;

        using Intermediates seen = new();
        Tokens patches = new(Patches.FromLatent(latent).to(model.Device), TokenLayout.Frames, 0);
        Tokens velocity = model.forward(
            patches, (float)golden["timestep"][sample].Value(), denoised, clip, prompt, SingleRank.Instance, seen.Add);

        if (golden.Has("out"))
        {
            Tensor expected = golden["out"][sample];
            error.Add("out", Patches.ToLatent(seen.Tokens("final_layer"), shape.LatentHeight, shape.LatentWidth), expected);
            error.Add("velocity", Patches.ToLatent(velocity.Values, shape.LatentHeight, shape.LatentWidth), expected.narrow(0, 0, x.shape[1]));
        }
        foreach (string name in golden.Names.Where(name => name.StartsWith("inter_", StringComparison.Ordinal)))
        {
            string part = name["inter_".Length..];
            Tensor all = golden[name];
            if (part == "pos_emb")
                error.Add(name, clip.PositionEmbedding, all[0]);
            else if (part == "y_lens")
                error.Add(name, Math.Abs(all[sample].Value() - prompt.Tokens.shape[0]));
            else if (part == "y_packed")
                error.Add(name, prompt.Tokens, all[0].narrow(0, promptBegin, prompt.Tokens.shape[0]));
            else if (part == "fps_emb")
                error.Add(name, clip.FpsEmbedding, all[sample].unsqueeze(0));
            else if (part != "t0_mlp" || denoised?.Contains(false) != false) // which is skipped when no frame is held at time zero
                CompareTokens(name, seen, part, all, sample, x.shape[0], error);
        }
        return prompt.Tokens.shape[0];
    }

    /// <summary>Compares with the sample's share of a tensor that has samples, or groups of samples, in its first dimension.</summary>
    private static void CompareTokens(string name, Intermediates seen, string part, Tensor all, int sample, long samples, ErrorOf error)
    {
        if (!seen.Has(part))
        {
            error.Add($"{name}, which was not computed", double.PositiveInfinity);
            return;
        }
        long groups = all.shape[0] / samples;
        Tensor expected = all.narrow(0, sample * groups, groups);
        error.Add(name, (groups > 1 ? seen.Raw(part) : seen.Tokens(part)).reshape(expected.shape), expected);
    }

    /// <summary>Rows that the original has once per prompt and repeats over the halves of guidance.</summary>
    private static Tensor RepeatedRow(GoldenTensors golden, string name, int sample) => golden[name][sample % golden[name].shape[0]];

    private static bool[] Flags(Tensor x) => x.to(ScalarType.Bool).data<bool>().ToArray();
}
