using System.Globalization;
using OpenSora.Contracts;
using OpenSora.Contracts.Videos;

namespace OpenSora.Silo.Api;

/// <summary>Reads what <c>POST /v1/videos/ID/branch</c> brings.</summary>
internal static class BranchOrders
{
    public const string FromStep = "from_step";

    /// <summary>What may differ from a step on: all others belong to the steps that are taken over.</summary>
    public static readonly string[] Fields =
        ["prompt", "cfg_scale", "guidance_scale", "aes", "flow", "camera_motion", "allow_empty_prompt", "keep_steps", "save_fps", "crf", "cards", "text_encoder_card", "priority", "model", "user"];

    /// <param name="video">What it is a branch of.</param>
    /// <exception cref="InputException">It is not what docs/api.md tells.</exception>
    public static async Task<VideoOrder> Read(HttpRequest request, long mostBytes, Contracts.Videos.Video video)
    {
        RequestFields fields = await VideoOrders.ReadFields(request, mostBytes);
        if (fields.Take(FromStep) is not { } word)
            throw new FieldException(FromStep, $"the field '{FromStep}' is missing: say after how many steps of {video.Id} the branch begins", FieldException.Missing);
        if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int step))
            throw VideoField.Refuse(FromStep, word, $"a whole number from 0 to {video.Request.NumSamplingSteps - 1}");
        if (fields.Reference is not null || fields.Values.Keys.FirstOrDefault(name => !Fields.Contains(name)) is not null)
        {
            string name = ApiError.Shown(fields.Values.Keys.FirstOrDefault(name => !Fields.Contains(name)) ?? VideoOrders.Reference);
            throw new FieldException(name, $"{name} cannot differ in a branch, which goes on with the clip of {video.Id}: give {FromStep}, and any of {string.Join(", ", Fields)}", FieldException.Unknown);
        }
        if (!fields.Values.ContainsKey("prompt"))
            fields.Add("prompt", video.Request.Prompts[0]);
        return VideoOrders.Order(request, fields, await VideoOrders.Like(video, fields, request) with { BranchedFrom = video.Id, FromStep = step });
    }
}
