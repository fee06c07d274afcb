using Alignment.MLNet.Dataset;
using Alignment.MLNet.Dose;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Variants;

namespace Alignment.MLNet.Pipelines;

/// <summary>The dose as a step of a run: what cannot be measured is a problem of the run, not its end.</summary>
static class DoseStep
{
    public static DoseResult? Run(VariantSet set, RunFolder folder, DoseOptions options, EditResult edit, List<RunProblem> problems, IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        try
        {
            DoseResult made = DoseJob.RunLocked(set, folder.Root, options, folder.Dose, progress, cancel);
            // A scene that could not be edited was reported as such; that it has no dose says nothing new.
            var known = edit.Failures.Select(f => f.SceneId).ToHashSet(StringComparer.Ordinal);
            problems.AddRange(made.Report.Failures.Where(f => !known.Contains(f.SceneId)).Select(f => new RunProblem("dose", f.SceneId, f.Reason, Breaks: true)));
            return made;
        }
        catch (BadDataException e)
        {
            problems.Add(new("dose", "", e.Message, Breaks: true));
            return null;
        }
    }
}
