namespace Alignment.Runner.Commands.Validate;

static class ValidationTable
{
    public static void Print(MLNet.Dataset.ValidationResult report, IAnsiConsole to)
    {
        var counts = Tables.Of("", "found", "valid");
        counts.Row("videos", N(report.Videos), N(report.ValidVideos));
        counts.Row("scenes", N(report.Scenes), N(report.ValidScenes));
        to.Write(counts);
        if (report.ValidScenes > 0) to.WriteLine(report.Attention.Text);
        if (report.Problems.Count == 0) return;

        var problems = Tables.Of("", "video", "scene", "problem", "what was found, what to do");
        foreach (var p in report.Problems)
            problems.Row(p.Rejects ? "left out" : "note", SafePath.Shorten(p.VideoId),
                p.SceneNumber?.ToString(CultureInfo.InvariantCulture) ?? "", p.Kind.ToString(),
                SafePath.Shorten(p.Message, 400));
        to.Write(problems);
        long more = report.Rejections + report.Warnings - report.Problems.Count;
        if (more > 0) to.WriteLine($"… and {N(more)} more; --report DIR has them all.");
        if (!report.Deep) to.WriteLine("Pictures were not decoded; --deep also finds damage inside files, empty masks and blank heatmaps.");
    }
}
