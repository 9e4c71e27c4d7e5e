using OpenSora.Cluster.Store;
using OpenSora.Contracts;
using OpenSora.Contracts.Clips;
using OpenSora.Contracts.Files;
using OpenSora.Contracts.Generation;
using OpenSora.Contracts.Media;
using OpenSora.Contracts.Settings;
using OpenSora.Layout.Clips;
using OpenSora.Layout.Models;
using OpenSora.Prompts.Plans;
using OpenSora.Prompts.Refinement;

namespace OpenSora.Cluster.Jobs;

/// <summary>
/// What a request comes to: its videos, the sizes of a clip, and prompts as the text encoder takes them. Worked out in this
/// process, before any card has a part in it. Methods read files and clean texts: they are not for a grain's turns.
/// </summary>
/// <param name="folder">Relative paths of the request are in this folder.</param>
/// <param name="state">Where jobs are kept.</param>
internal sealed class RequestPlan(GenerationRequest request, string folder, string state, Tokenizers tokenizers)
{
    private const int MostNotices = 10;

    private readonly GenerationPlan _plan = new(request);
    private IReadOnlyList<string> _ofReferences = [];

    public ClipPlan Clip { get; } = ClipPlan.Of(request);

    /// <summary>Videos in all; null when there is no end.</summary>
    public int? Count => _plan.Count;

    /// <summary>Looks at all that can be looked at without a card.</summary>
    /// <exception cref="InputException">It cannot be done as it is.</exception>
    /// <exception cref="DiskFullException">There is no room for its videos.</exception>
    public void Check(IJobMedia media)
    {
        ModelFolders models = DemoModel.Complete(request.Models);
        ModelShape.Of(models, models.Dit!).Transformer.Require(request, $"the model in {models.Dit}");
        if (request.LlmRefine)
            _ = Endpoint;
        _plan.Check();
        _ofReferences = Require(media, request.PromptAsPath ? 1 : Count ?? 1);
        _plan.CheckPlaces(path => media.IsVideo(AtHome(path), CancellationToken.None));
        if (request.LatentNoise is { } noise)
            NoiseFile.Check(noise, BatchSizes(), _plan.Settings.Clip.Latent);
        _ = tokenizers.Of(models.T5!);
    }

    /// <summary>How many videos a batch has: some prompts, the last one perhaps fewer.</summary>
    private IEnumerable<int> BatchSizes()
    {
        int size = request.BatchSize, prompts = Count / (request.NumSample ?? 1) ?? size;
        return new[] { Math.Min(prompts, size), prompts % size }.Where(videos => videos > 0).Distinct();
    }

    /// <summary>What the user should know before it is made: references that were seen to be transparent, a size that is rounded, and what of the prompts does not reach the text encoder.</summary>
    /// <exception cref="InputException">A prompt of which nothing is left, and that was not allowed.</exception>
    public IReadOnlyList<string> Notices()
    {
        List<string> notices = [.. _ofReferences];
        ClipGeometry clip = _plan.Settings.Clip;
        if (request.ImageSize is not null && clip.IsRounded)
            notices.Add($"frames are {clip.Output} (height x width), the multiples of {LatentSize.Scale} within the {clip.Nominal} that was asked for; --strict-size refuses instead");
        // Texts that are to be refined are not known yet.
        if (!request.LlmRefine)
            (_plan with { Losses = LossesTo(notices.Add) }).Look();
        return notices.Count <= MostNotices ? notices : [.. notices.Take(MostNotices), $"and {notices.Count - MostNotices} more lines like these"];
    }

    /// <summary>Looks at the files that the cards are to be given, and at the room for those that are to be made.</summary>
    /// <param name="videos">How many are to be made next.</param>
    /// <returns>What the user should know of the references.</returns>
    /// <exception cref="InputException">One is missing, or cannot be decoded.</exception>
    /// <exception cref="DiskFullException">There is no room for the videos.</exception>
    public IReadOnlyList<string> Require(IJobMedia media, int videos)
    {
        DiskNeed.Check(request, folder, state, videos);
        IReadOnlyList<string> notices = media.Require(_plan.References().Select(AtHome));
        return notices;
    }

    /// <summary>Holds the names of the request's files for one run at a time.</summary>
    /// <param name="begun">The job that it goes on with, which keeps its numbers; null for a new one.</param>
    /// <returns>The request with the numbers that its files get.</returns>
    /// <exception cref="InputException">Another run holds one, it has a file that is to stay, or two files would have one name.</exception>
    public (GenerationRequest Settled, NameReservation Names) Reserve(JobRecord? begun)
    {
        string asked = request.PromptAsPath ? NameReservation.Always : request.Overwrite ?? NameReservation.Always;
        string overwrite = begun is null ? asked : NameReservation.Always;
        (int added, NameReservation names) = NameReservation.Take(overwrite, Videos);
        try
        {
            ReservedName[] latent = request.SaveLatent is { } path ? [AtHome(new ReservedName(path, [path], "--save-latent"))] : [];
            foreach (ReservedName name in latent)
                names.Add(name, overwrite);
            ReservedName[] all = [.. Videos(added), .. latent];
            if (begun is null)
                CheckFiles(all);
            else if (asked != NameReservation.Always && all.SelectMany(name => name.Files).FirstOrDefault(begun.IsForeign) is { } foreign)
                throw new InputException($"{foreign} is there, job {begun.Job} has not made it, and --overwrite {asked} keeps it: move it to another place, and go on with the job again");
        }
        catch
        {
            names.Dispose();
            throw;
        }
        return (Numbered(added), names);

        GenerationRequest Numbered(int more) => request with { NumberOffset = request.NumberOffset + more };

        IEnumerable<ReservedName> Videos(int more) => (_plan with { Request = Numbered(more) }).Names().Select(AtHome);
    }

    /// <summary>No two files of a run have one name, and none has that of a file that the run reads.</summary>
    private void CheckFiles(IEnumerable<ReservedName> names)
    {
        HashSet<string> read = [.. _plan.References().Select(AtHome), .. new[] { request.LatentNoise, request.PromptPath }.OfType<string>().Select(AtHome)], made = [];
        foreach (ReservedName name in names)
            foreach (string file in name.Files)
                if (read.Contains(file) || !made.Add(file))
                    throw new InputException($"{file} would be {(read.Contains(file) ? "read and replaced" : "made twice")} by one run: give another {name.Flags}");
    }

    /// <summary>The next batch with something to make; null when there is none.</summary>
    /// <param name="batch">The first one that it may be.</param>
    /// <param name="tell">Takes a line for the user.</param>
    /// <exception cref="InputException">A prompt, a reference or a mask strategy is not well formed.</exception>
    public (int Batch, IReadOnlyList<PlannedVideo> Videos)? Next(int batch, Action<string> tell, CancellationToken cancel)
    {
        using PromptRefiner? refiner = request.LlmRefine
            ? new PromptRefiner(Endpoint, tell, cancel: cancel)
            : null;
        GenerationPlan plan = refiner is null ? _plan : _plan with { Refine = refiner.Refine, Losses = LossesTo(tell) };
        for (; plan.At(batch) is { } all; batch++)
        {
            PlannedVideo[] videos = [.. all.Videos.Select(AtHome).Where(video => !request.PromptAsPath || !File.Exists(video.File))];
            if (videos.Length > 0)
                return (batch, videos);
        }
        return null;
    }

    /// <summary>The tokens of cleaned prompts, and their vocabulary.</summary>
    /// <exception cref="InputException">The vocabulary is missing or damaged.</exception>
    public (string Vocabulary, IReadOnlyList<IReadOnlyList<long>> Tokens) Tokenize(IReadOnlyList<string> prompts)
    {
        NamedTokenizer named = Tokenizer;
        return (named.Vocabulary, [.. prompts.Select(prompt => named.Tokenizer.Tokenize(prompt, request.ModelMaxLength).Tokens)]);
    }

    private NamedTokenizer Tokenizer => tokenizers.Of(DemoModel.Complete(request.Models).T5!);

    /// <summary>Who asks for an empty prompt again and again wants it.</summary>
    private PromptLosses LossesTo(Action<string> tell) =>
        new(request with { AllowEmptyPrompt = request.AllowEmptyPrompt || (Count is null && request.PromptGenerator is "") }, Tokenizer.Tokenizer, tell);

    private static LanguageModelEndpoint Endpoint => LanguageModelEndpoint.Of(SettingsReader.Read<LanguageModelOptions>());

    private PlannedVideo AtHome(PlannedVideo video) => video with
    {
        File = Path.GetFullPath(video.File, folder),
        References = [.. video.References.Select(AtHome)],
    };

    private ReservedName AtHome(ReservedName name) => name with { Path = Path.GetFullPath(name.Path, folder), Files = [.. name.Files.Select(file => Path.GetFullPath(file, folder))] };

    private string AtHome(string reference) => reference.Contains("://", StringComparison.Ordinal) ? reference : Path.GetFullPath(reference, folder);
}
