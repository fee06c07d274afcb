using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Audit;

// The validation's problems as findings, so that one report has everything.
static class ProblemRules
{
    public static void Apply(SceneProblem problem, Action<AuditFinding> report)
    {
        (AuditKind Kind, string Expected, string Next)? rule = problem.Kind switch
        {
            ProblemKind.MissingMask => (AuditKind.MissingMask, "a mask for every still", "Make it, black where the product is absent."),
            ProblemKind.MissingHeatmap => (AuditKind.MissingHeatmap, "a heatmap for every still", "Make it from gaze data or predict it."),
            ProblemKind.UnreadableFile => (AuditKind.UnreadableFile, "an undamaged PNG or JPEG", "Export or copy it again."),
            ProblemKind.UnparsableName => (AuditKind.UnparsableName, "a name with the video's id and a scene number", "Rename it."),
            ProblemKind.NoKeyword => (AuditKind.MissingKeyword, "a row in keywords.csv", "Add it."),
            ProblemKind.DuplicateScene => (AuditKind.DuplicateScene, "one still a scene number", "Remove or renumber one of them."),
            ProblemKind.UnusableVideoId => (AuditKind.UnusableVideoId, "a plain folder name", "Rename it."),
            ProblemKind.LinkOutside => (AuditKind.LinkOutside, "files inside the data folder", "Copy the files there."),
            ProblemKind.BadKeywordRow => (problem.WithoutKeyword is null ? AuditKind.BadKeywordRow : AuditKind.EmptyKeyword,
                "an id and a product", "Correct the row."),
            ProblemKind.RepeatedKeyword => (AuditKind.RepeatedKeyword, "one row a video", "Remove one of them."),
            ProblemKind.FewScenes => (AuditKind.FewScenes, "three scenes or more", "Leave the video out of comparisons between windows."),
            ProblemKind.Ignored => (AuditKind.Ignored, "scene stills only", "Nothing, unless it should be one."),
            _ => null,   // EmptyMask, BlankHeatmap, SizeMismatch: SceneRules
        };
        if (rule is not var (kind, expected, next)) return;
        AuditSeverity severity = problem.Rejects ? AuditSeverity.Error : problem.Kind == ProblemKind.FewScenes ? AuditSeverity.Warning
            : AuditSeverity.Note;
        bool picture = problem.Kind is ProblemKind.MissingMask or ProblemKind.MissingHeatmap or ProblemKind.DuplicateScene;
        report(new(kind, severity, problem.VideoId ?? problem.WithoutKeyword, problem.SceneNumber, problem.Path, problem.Message, expected,
            next)
        { Pictures = picture ? [new("still", problem.Path)] : [] });
    }

    public static void UnusedKeywords(string? path, Func<string, bool> isVideo, Action<AuditFinding> report)
    {
        if (path is null) return;
        foreach (string id in KeywordsCsv.Read(path, _ => { }).Keys.Order(StringComparer.Ordinal))
            if (!isVideo(id) && !isVideo(id.Normalize()) && !isVideo(id.Normalize(System.Text.NormalizationForm.FormD)))
                report(new(AuditKind.UnusedKeyword, AuditSeverity.Note, id, null, path, "a row for a video without a folder of stills",
                    "a folder of that name in video_scene_cuts", "Compare the spelling with the folder's."));
    }
}
