using Alignment.MLNet.Editing;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention;

namespace Alignment.MLNet.Reports;

/// <summary>The tables beside the page: CSV as <see cref="CsvRows"/> writes it, in which a text that a spreadsheet would run as a formula
/// has an apostrophe in front (OWASP, "CSV Injection"), and copies of the run's own tables. Rows are streamed.</summary>
static partial class ReportTables
{
    public const string Folder = "tables";
    public const string Scenes = "scenes.csv";

    const string Summary = "report.json", Settings = "settings.csv", ByVariant = "variants.csv", OverScenes = "alignment_over_scenes.csv",
        Videos = "videos.csv", Problems = "problems.csv";

    public static IReadOnlyList<(string File, string What)> Of(RunRecords run)
    {
        var tables = new List<(string, string)> { (Summary, "the warnings, what is missing, and the methods paragraphs, for machines"),
            (Settings, "every setting, version and hash as recorded") };
        if (run.Statistics is not null) tables.AddRange([(ByVariant, "alignment score and attention share by variant"),
            (OverScenes, "alignment score by the scene's place in its video, a line a variant and place")]);
        if (run.Set is not null) tables.AddRange([(Scenes,
            "every scene under every variant: scores before and after, origin of the attention"),
            (Videos, "the assembled videos, with the source of their scenes' lengths and their hashes")]);
        if (File.Exists(Path.Combine(run.Folder.Edited, EditQualityTable.FileName)))
            tables.Add((EditQualityTable.FileName, "what every edit did to its still"));
        if (run.Run["problems"].Items.Any()) tables.Add((Problems, "failures and warnings of the run"));
        tables.AddRange(OfAnalysis(run));
        tables.AddRange(OfDose(run));
        return tables;
    }

    public static void Write(RunRecords run, string folder, IReadOnlyList<MissingPart> missing, CancellationToken cancellationToken)
    {
        foreach (var (file, _) in Of(run))
        {
            cancellationToken.ThrowIfCancellationRequested();
            string path = Path.Combine(folder, file);
            switch (file)
            {
                case Summary: WriteSummary(path, run, missing); break;
                case Settings: Csv(path, ["setting", "value"], AllSettings(run)); break;
                case ByVariant:
                    Csv(path, ["variant", "scenes", "alignment_mean", "alignment_std", "alignment_min", "alignment_max",
                        "attention_share_mean",
                        "attention_share_std", .. TemporalWindows.Names.Select(w => w + "_mean")], VariantRows(run));
                    break;
                case OverScenes: Csv(path, ["variant", "place", "alignment_mean"], ProfileRows(run)); break;
                case Scenes:
                    Csv(path, ["video_id", "scene_number", "keyword", "variant", "temporal_window", "modified", "alignment_score_before",
                        "alignment_score_after", "attention_share_before", "attention_share_after", "attention_origin"],
                            SceneRows(run, cancellationToken));
                    break;
                case Videos:
                    Csv(path, ["video_id", "variant", "file", "width", "height", "fps", "frames", "seconds", "durations", "smoothing",
                        "ffmpeg", "sha256"], VideoRows(run, cancellationToken));
                    break;
                case EditQualityTable.FileName: Copy(Path.Combine(run.Folder.Edited, file), path); break;
                case Problems:
                    Csv(path, ["step", "subject", "breaks", "message"],
                        run.Run["problems"].Items.Select(p => new[] { T(p["step"].Text), T(p["subject"].Text),
                        p["breaks"].Flag == true ? "true" : "false", T(p["message"].Text) }));
                    break;
                default:
                    if (!WriteStudy(file, path, run)) throw new InvalidOperationException($"No table '{file}'.");
                    break;
            }
        }
        // What an earlier report of the folder had and this one has not would pass for a part of it.
        var own = Of(run).Select(t => t.File).ToHashSet(StringComparer.Ordinal);
        HashSet<string> all = All;
        foreach (string stray in Directory.GetFiles(folder)
            .Where(f => all.Contains(Path.GetFileName(f)) && !own.Contains(Path.GetFileName(f)))) File.Delete(stray);
    }

    // Not fields: those of other files of this class may not be there yet.
    static HashSet<string> All => [Summary, Settings, ByVariant, OverScenes, Scenes, Videos, EditQualityTable.FileName, Problems,
        .. StudyTables];

    static void WriteSummary(string path, RunRecords run, IReadOnlyList<MissingPart> missing)
    {
        var references = new References();
        string[] paragraphs = [.. RunMethods.Paragraphs(run).Select(references.Number)];
        OutputRecord.WriteManifest(path, new
        {
            Simulated = run.Analysis is { Simulated: true },
            AttentionOrigin = run.AttentionOrigin.Text,
            ModelSha256 = run.ModelSha256,
            Notes = ReportNotes.Of(run, missing).Select(n => new { Level = n.Level.ToString(), n.Title, n.Text, n.Next }),
            Missing = missing,
            Unreadable = run.Unreadable,
            Findings = (run.Analysis?.Metrics ?? []).SelectMany(m => m.Findings)
            .Select(f => new { f.Id, f.Confirmatory, Verdict = f.Verdict.ToString(), f.Sentence }),
            Dose = run.Dose?.Sentences,
            Methods = paragraphs.Concat(run.Analysis?.Methods ?? []),
            References = references.Listed,
            Tables = Of(run).Select(t => t.File),
        });
    }

    static IEnumerable<string[]> AllSettings(RunRecords run) => new (string Path, JsonFacts Facts)[]
    {
        ("tool", run.Run["tool"].Any ? run.Run["tool"] : run.Edit["tool"]), ("onnx_runtime", run.Run["onnx_runtime"]),
            ("model", run.Run["model"]), ("model.sha256_of_edits", run.Edit["model_sha256"]),
        ("options", run.Run["options"]), ("variants", run.Variants["options"]), ("edits", run.Edit["settings"]),
            ("edit_counts", run.Edit["counts"]),
    }.SelectMany(part => part.Facts.Leaves(part.Path)).Select(leaf => new[] { T(leaf.Path), T(leaf.Value) });

    static IEnumerable<string[]> VariantRows(RunRecords run)
    {
        foreach (var (variant, s) in InOrder(run))
            yield return [T(variant), I(s.Scenes), D(s.Alignment.Mean), D(s.Alignment.Std), D(s.Alignment.Min), D(s.Alignment.Max),
                D(s.AttentionShare.Mean), D(s.AttentionShare.Std),
                    .. TemporalWindows.Names.Select(w => s.WindowMeans.TryGetValue(w, out double mean) ? D(mean) : "")];
    }

    static IEnumerable<string[]> ProfileRows(RunRecords run) =>
        from variant in InOrder(run)
        from place in variant.Statistics.TemporalProfile.Select((y, i) => (Number: i + 1, Mean: y))
        select new[] { T(variant.Name), I(place.Number), D(place.Mean) };

    static IEnumerable<(string Name, VariantStatistics Statistics)> InOrder(RunRecords run) =>
        Variant.Names.Where(run.Statistics!.ContainsKey).Select(v => (v, run.Statistics![v]));

    static IEnumerable<string[]> SceneRows(RunRecords run, CancellationToken cancellationToken)
    {
        foreach (string video in run.Set!.VideoIds)
        {
            var origins = run.Set.AttentionOf(video);
            foreach (IReadOnlyList<VariantScene> scene in run.Set.Video(video))
            {
                cancellationToken.ThrowIfCancellationRequested();
                string origin = T((origins.TryGetValue(scene[0].Scene.SceneNumber, out var known) ? known
                    : Alignment.MLNet.Dataset.HeatmapProvenance.Provided).ToString());
                foreach (VariantScene v in scene)
                    yield return [T(video), I(v.Scene.SceneNumber), T(v.Scene.Keyword), v.Variant.Name, TemporalWindows.Names[v.Window],
                        v.Modified ? "true" : "false", D(v.AlignmentBefore), D(v.AlignmentAfter), D(v.ShareBefore), D(v.ShareAfter),
                            origin];
            }
        }
    }

    static IEnumerable<string[]> VideoRows(RunRecords run, CancellationToken cancellationToken)
    {
        foreach (string video in run.Set!.VideoIds)
            foreach (string variant in Variant.Names)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (run.Video(video, variant) is { } v)
                    yield return [T(v.VideoId), T(v.Variant), T(v.File), I(v.Width), I(v.Height), T(v.Fps), I(v.Frames), D(v.Seconds),
                        T(v.Durations), T(v.Smoothing), T(v.Ffmpeg), T(v.Sha256)];
            }
    }

    static void Csv(string path, string[] columns, IEnumerable<string[]> rows) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter to = CsvRows.To(stream);
        CsvRows.Write(to, columns);
        foreach (string[] row in rows) CsvRows.Write(to, row);
    }, keepEqual: true);

    static void Copy(string from, string to) => AtomicFile.Write(to, stream =>
    {
        using FileStream file = File.OpenRead(from);
        file.CopyTo(stream);
    }, keepEqual: true);

    internal static string T(string? text) =>
        text is not { Length: > 0 } ? "" : text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n'
        && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "'" + text : text;

    static string I(long n) => n.ToString(CultureInfo.InvariantCulture);

    static string D(double? value) => value is { } v && double.IsFinite(v) ? v.ToString("R", CultureInfo.InvariantCulture) : "";
}
