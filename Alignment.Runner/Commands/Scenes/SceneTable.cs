using Alignment.MLNet.SceneDetection;

namespace Alignment.Runner.Commands.Scenes;

static class SceneTable
{
    public static void Print(SceneDetectionResult result, IAnsiConsole to)
    {
        var table = Tables.Of("video", "scenes", "frames", "seconds", "stills", "");
        foreach (var v in result.Videos)
        {
            string Known(string text) => v.State == DetectionState.Provided ? "" : text;
            table.Row(SafePath.Shorten(v.VideoId), Known(N(v.Scenes)), Known(N(v.Frames)),
                Known(Invariant($"{v.Seconds:0.00}")),
                Known(N(v.Stills)), v.State switch
                {
                    DetectionState.Made => "written",
                    DetectionState.UpToDate => "up to date",
                    _ => "provided"
                });
        }
        to.Write(table);
        foreach (var v in result.Videos)
            foreach (string note in v.Notes) to.WriteLine($"{SafePath.Shorten(v.VideoId)}: {SafePath.Shorten(note, 400)}");
        if (result.Videos.Any(v => v.State != DetectionState.Made && v.Notes.Count > 0))
            to.WriteLine("--force replaces what was left as it is.");
        foreach (string problem in result.Problems) to.WriteLine(SafePath.Shorten(problem, 400));
    }
}
