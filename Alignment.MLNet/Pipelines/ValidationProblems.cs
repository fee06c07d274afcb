using Alignment.MLNet.Dataset;

namespace Alignment.MLNet.Pipelines;

// What the validation found, as a run reports it.
static class ValidationProblems
{
    // A problem is fatal where a file or a name is broken.
    public static IEnumerable<RunProblem> Of(ValidationResult report) => report.Problems.Select(p => new RunProblem("validate",
        p.SceneNumber is { } number && p.VideoId is { } video ? SceneRecord.IdOf(video, number) : p.VideoId ?? Path.GetFileName(p.Path),
        p.Message, p.Breaks));
}
