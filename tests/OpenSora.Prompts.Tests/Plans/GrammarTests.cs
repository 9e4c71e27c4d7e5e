using FsCheck;
using FsCheck.Fluent;
using OpenSora.Contracts;
using OpenSora.Contracts.Generation;
using OpenSora.Prompts.Masks;
using OpenSora.Prompts.Plans;

namespace OpenSora.Prompts.Tests.Plans;

/// <summary>Any text of prompts, references and mask strategies means what it means in the original, or is refused as there.</summary>
public class GrammarTests
{
    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(1000);

    /// <summary>Whole prompts: text, loop marks, JSON, references and masks beside it.</summary>
    [Fact]
    public void A_prompt_means_what_it_means_in_the_original() => Prop.ForAll(Texts().ToArbitrary(), References().ToArbitrary(), Masks().ToArbitrary(), (prompt, reference, mask) =>
    {
        const int loops = 3;
        GenerationRequest request = new() { Prompts = [prompt], ReferencePaths = [reference], MaskStrategies = [mask], Loop = loops };
        return Same(
            () =>
            {
                (string text, string path, string strategy) = OriginalGrammar.Json(prompt, reference, mask);
                _ = OriginalGrammar.Mask(strategy);
                return (string[])[.. Enumerable.Range(0, loops).Select(loop => OriginalGrammar.Prompt(text, request.Aes!.Value, loop)), "", .. OriginalGrammar.References(path), "", strategy];
            },
            () =>
            {
                GenerationPlan plan = new(request);
                plan.Check();
                PlannedVideo video = Assert.Single(plan.At(0)!.Videos);
                return [.. video.Prompts, "", .. video.References, "", video.MaskStrategy];
            });
    }).Check(Often);

    [Fact]
    public void A_mask_places_what_it_places_in_the_original() => Prop.ForAll(
        Masks().ToArbitrary(), Gen.Elements(0, 5).ToArbitrary(), Gen.Choose(1, 15).ListOf(2).ToArbitrary(), (mask, align, references) =>
        {
            (int frames, int loop) = (15, 1);
            return Same(
                () => OriginalGrammar.Apply(mask, loop, align == 0 ? null : align, frames, [.. references]).Select(frame => $"{frame}").ToArray(),
                () =>
                {
                    (int Reference, int Frame, float Ratio)[] clip = [.. Enumerable.Repeat((-1, 0, 1f), frames)];
                    foreach (PlacedFrames placed in MaskStrategy.Places(mask, loop, align, frames, [.. references]))
                        for (int i = 0; i < placed.Count; i++)
                            clip[placed.To + i] = (placed.Reference, placed.From + i, placed.EditRatio);
                    return [.. clip.Select(frame => $"{frame}")];
                });
        }).Check(Often);

    /// <summary>Both give the same, or the original raises and this program refuses in words.</summary>
    private static bool Same(Func<string[]> original, Func<string[]> ours)
    {
        string[]? expected = null, actual = null;
        try
        {
            expected = original();
        }
        catch (FormatException)
        {
        }
        try
        {
            actual = ours();
        }
        catch (InputException refusal)
        {
            Assert.NotEmpty(refusal.Message);
        }
        return expected is null ? actual is null : actual is not null && expected.SequenceEqual(actual);
    }

    private static Gen<string> Texts() => Gen.OneOf(
        Pieces(5, "a red cat", "Ein Hund.", "|", "|0|", "|1|", "|2|", "|-1|", "0", " ", "rain", "aesthetic score: 3.", "<b>x</b>", "猫"),
        Pieces(4, "a cat", "|0|", "|1|", "{", "}", "{}", "{\"mask_strategy\": \"0\"}", "{\"reference_path\": \"a.png;b.png\", \"mask_strategy\": \"0;1,1\"}", "{\"reference_path\": 5}", "{\"seed\": \"1\"}", "{\"mask_strategy\": \"0", " "));

    private static Gen<string> References() => Pieces(4, "", "a.png", "/tmp/b c.mp4", ";", "https://example.com/x?y=1;", " ");

    /// <summary>Often well formed: groups of one to six fields.</summary>
    private static Gen<string> Masks()
    {
        Gen<string> whole = Gen.Elements("0", "1", "1", "1", "-1", "-5", "5", "2", "10", "14", "15", "+1", " 1 "), odd = Gen.Elements("", "x", "1.0", "--1", "99999999999", "0x1", "1e1");
        Gen<string> ratio = Gen.Elements("0", "1", "0.5", ".25", "1.", "5e-1", " 0.8 ", "1.5", "-0.1", "nan", "inf", "");
        Gen<string> field = Mostly(whole, odd, 20);
        Gen<string> fields =
            from loop in Mostly(Gen.Constant("1"), field, 4)
            from reference in Mostly(Gen.Elements("0", "1", "-1"), field, 4)
            from rest in field.ListOf(3)
            from last in ratio
            from count in Gen.Choose(1, 7)
            select string.Join(',', ((string[])[loop, reference, .. rest, last, "0"]).Take(count));
        return from count in Gen.Choose(0, 3)
               from all in fields.ListOf(count)
               select string.Join(';', all);
    }

    private static Gen<string> Mostly(Gen<string> usual, Gen<string> rare, int times) =>
        from which in Gen.Choose(0, times)
        from text in which == 0 ? rare : usual
        select text;

    private static Gen<string> Pieces(int most, params string[] pieces) =>
        from count in Gen.Choose(0, most)
        from chosen in Gen.Elements(pieces).ListOf(count)
        select string.Concat(chosen);
}
