namespace OpenSora.Prompts.Refinement;

/// <summary>What the language model is asked. The example sentences are in the manner of the captions that the video model learnt from.</summary>
internal static class RefinementTexts
{
    private const string Examples = """
        - The video shows a small waterfall in a dense forest. Water runs over dark, mossy rocks into a clear pool, and the ferns beside it tremble in the spray. The camera stays still, and soft daylight falls through the leaves.
        - The video is an aerial view of a coast at sunset. Waves roll towards a sandy beach and break into white foam while the camera glides slowly along the shoreline. The sky is orange near the horizon and deep blue above it.
        - The video captures a red tram that drives along a wet city street at night. Its lights and the shop signs are mirrored in the puddles, and people with umbrellas walk by on the pavement. The scene is calm and slightly misty.
        - The video features a grey cat on a wooden windowsill. It turns its head towards the camera, blinks, and looks outside again, where snow is falling. The room behind it is warm and out of focus.
        - The video is a close-up of hands that knead dough on a floured table. The movements are even and unhurried, and dust rises from the flour in the light of a window on the left.
        - The video shows a field of sunflowers under a cloudless sky. A light wind moves the blossoms to and fro while the camera rises slowly and reveals a row of hills in the distance.
        """;

    /// <summary>To rewrite a prompt, which is the user's message.</summary>
    public const string Refine = $"""
        You write captions for a model that turns text into short videos. Rewrite the user's prompt as such a caption.
        Keep what the prompt says, and add what one would see: the subject, its surroundings, the light, the motion, the camera.
        Write at most six plain English sentences; translate where the prompt is in another language. Do not use quotation marks, lists, headings or the characters | and {"{"}.
        Answer with the caption and nothing else. Captions of the kind that is wanted:
        {Examples}
        """;

    /// <summary>To invent a prompt where there is none.</summary>
    public const string Invent = $"""
        You write captions for a model that turns text into short videos. Invent a new one, about another subject than the examples.
        Say what one would see: the subject, its surroundings, the light, the motion, the camera.
        Write at most six plain English sentences. Do not use quotation marks, lists, headings or the characters | and {"{"}.
        Answer with the caption and nothing else. Captions of the kind that is wanted:
        {Examples}
        """;

    /// <summary>The user's message with <see cref="Invent"/>.</summary>
    public const string InventRequest = "Generate one example.";
}
