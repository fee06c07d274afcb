using Alignment.MLNet.Masks;

namespace Alignment.Runner.Commands.Masks;

static class MaskTable
{
    public static void Print(MaskResult result, IAnsiConsole to)
    {
        to.WriteLine($"{N(result.Scenes)} scenes of {N(result.Videos)} videos: {N(result.Made)} masks written now, {N(result.UpToDate)} up "
            + $"to date, {N(result.Existing)} already there and left alone.");
        to.WriteLine(Invariant($"The product covers {100 * result.MeanArea:0.0} % on average; {N(result.Empty)} masks are empty, "
            + $"{N(result.Full)} full. By the model {result.ModelHash[..12]}."));
        to.WriteLine($"Look at the sheets in {result.ReportFolder}");
        foreach (var problem in result.Problems)
        {
            string scene = problem.SceneNumber is { } n ? Invariant($" scene {n}") : "";
            to.WriteLine($"{SafePath.Shorten(problem.VideoId ?? Path.GetFileName(problem.Path))}{scene}: "
                + $"{SafePath.Shorten(problem.Message, 400)}");
        }
        if (result.Existing > 0) to.WriteLine("Masks that are already there stay as they are; --force replaces them.");
    }
}
