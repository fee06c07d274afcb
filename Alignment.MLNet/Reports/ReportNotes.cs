using Alignment.MLNet.Dataset;
using static Alignment.MLNet.Reports.ReportWords;

namespace Alignment.MLNet.Reports;

// How much a note matters.
enum NoteLevel
{
    Alarm,

    Warning,

    Note,
}

// Something that a reader must know before the numbers.
sealed record ReportNote(NoteLevel Level, string Title, string Text, string? Next = null);

// The warnings and assumptions of a run, the worst first: what the page begins with.
static partial class ReportNotes
{
    /// <summary>Fewer videos than this say little of other videos (Cameron, Gelbach and Miller, Review of Economics and Statistics 90,
    /// 2008: with 5 to 30 clusters errors come out too small).</summary>
    const int FewVideos = 30;

    public static IReadOnlyList<ReportNote> Of(RunRecords run, IReadOnlyList<MissingPart> missing)
    {
        List<ReportNote> notes =
        [
            .. Unreadable(run), .. Study(run), .. Attention(run), .. Model(run), .. Edits(run), .. Doses(run), .. Data(run),
            .. missing.Select(m => new ReportNote(NoteLevel.Note, $"Not in this run: {m.What}", "The report says nothing of it.",
                m.Command)),
        ];
        return [.. notes.OrderBy(n => n.Level)];   // stable: within a level in the order of above
    }

    static IEnumerable<ReportNote> Unreadable(RunRecords run) =>
        run.Unreadable.Select(u => new ReportNote(NoteLevel.Warning, "A file of the run cannot be read", u));

    static IEnumerable<ReportNote> Attention(RunRecords run)
    {
        ProvenanceCounts origin = run.AttentionOrigin;
        if (origin.Predicted > 0)
            yield return new(NoteLevel.Warning, origin.Measured == 0 ? "The attention is predicted, not measured"
                : "Part of the attention is predicted, not measured",
                $"{origin.Text} No viewer has looked: a boost raises what a predictor says of the product, which may not be what viewers "
                + $"do.", "With an eye tracker: alignment attention --data DIR --gaze gaze.csv --force");
        if (origin.Drawn > 0)
            yield return new(NoteLevel.Warning, "The attention is imagined, not measured",
                $"{origin.Text} It shows what the pipeline does, and nothing of viewers.");
        if (origin.Provided > 0)
            yield return new(NoteLevel.Warning, "It is not known how the heatmaps were made", $"{origin.Text} They came with the data, "
                + $"without a record of their making: whether they are measured or predicted, whoever made them must say.",
                "Heatmaps that 'alignment attention' makes have such a record.");
        if (origin is { Measured: > 0, Predicted: 0, Drawn: 0, Provided: 0 })
            yield return new(NoteLevel.Note, "The attention is measured", origin.Text);
    }

    static IEnumerable<ReportNote> Model(RunRecords run)
    {
        JsonFacts model = run.Run["model"];
        if (model["control_trained"].Flag == false)
            yield return new(NoteLevel.Alarm, "The control has no effect",
                "The model's ControlNet was never trained, so that every variant's edit is the baseline's but for rounding.",
                "Train it: alignment train --data DIR --model BUNDLE --out DIR");
        if (model["note"].Text is { } note) yield return new(NoteLevel.Warning, "What the model's authors say of it", note);
        if (run.EditSettings["from_noise"].Flag == true)
            yield return new(NoteLevel.Warning, "The scenes were made from noise",
                "No scene was kept: backgrounds differ from the source too, and variants may differ in more than the product.");
    }

    static IEnumerable<ReportNote> Edits(RunRecords run)
    {
        JsonFacts counts = run.Edit["counts"], quality = run.Edit["quality"];
        if (quality["background_max_difference"].Number is > 0 and var off)
            yield return new(NoteLevel.Alarm, "Pixels outside the region changed",
                FormattableString.Invariant(
                $"By up to {off} of 255 levels, where there must be none: something other than the edit wrote these pictures."),
                "Delete edited_scenes and edit again.");
        if (counts["failed"].Count is > 0 and var failed)
            yield return new(NoteLevel.Warning, $"{Count(failed, "scene", "scenes")} could not be edited", $"They are "
                + $"missing from every variant. The first: "
                + $"{run.Edit["failures"].Items.FirstOrDefault()?["reason"].Text ?? "no reason recorded"}",
                "Correct the cause and run again; it continues where it stopped.");
        foreach (JsonFacts problem in run.Run["problems"].Items.Where(p => p["breaks"].Flag == true
            && p["step"].Text is "variants" or "assemble").Take(3))
            yield return new(NoteLevel.Warning, $"Left out by {problem["step"].Text}",
                $"{problem["subject"].Text} {problem["message"].Text}".Trim());
    }

    static IEnumerable<ReportNote> Data(RunRecords run)
    {
        if (run.Validation is { } data)
        {
            if (data.Rejections > 0)
                yield return new(NoteLevel.Warning,
                    $"{N(data.ValidScenes)} of {N(data.Scenes)} scenes could be used",
                    "The others lack a companion or are damaged; the data audit below counts why.",
                    "alignment validate --data DIR --deep --report DIR");
            if (!data.Deep) yield return new(NoteLevel.Note, "Pictures were not decoded when the data was validated",
                "Damage inside files, empty masks and blank heatmaps were not looked for.", "alignment validate --data DIR --deep");
        }
        JsonFacts set = run.Variants;
        string[] tooShort = [.. set["short_videos"].Items.Select(v => v.Text).OfType<string>()];
        if (tooShort.Length > 0)
            yield return new(NoteLevel.Warning, $"{Count(tooShort.Length, "video has", "videos have")} fewer than three scenes",
                $"At least one of their windows is empty, so that not every variant differs from the baseline: "
                + $"{SafePath.Shorten(string.Join(", ", tooShort.Take(5)), 200)}{(tooShort.Length > 5 ? ", …" : ".")}");
        if (set["partial_placebos"].Count is > 0 and var partial)
            yield return new(NoteLevel.Warning, $"The placebo is a partial one in {Count(partial, "scene", "scenes")}", "No "
                + "place of the product's size and strength was found in the background, so that less was moved there than a boost "
                + "moves.", "The tables of the variants have coverage and strength (placebo_coverage, placebo_strength).");
        if (set["scenes_without_product"].Count is > 0 and var without)
            yield return new(NoteLevel.Note, $"{Count(without, "scene has", "scenes have")} no product",
                "No variant changes them; they are the source's very pixels in all.");
        if (run.Set is { VideoIds.Count: < FewVideos and var videos })
            yield return new(NoteLevel.Warning, videos == 1 ? "There is one video" : $"There are only {N(videos)} videos",
                $"Rows and scenes of one video resemble each other; with fewer than {FewVideos} videos, intervals over rows come out too "
                + $"narrow, and nothing here speaks with certainty of other videos. Look at the analyses by video.");
    }
}
