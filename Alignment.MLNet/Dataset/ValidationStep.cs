using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Dataset;

static class ValidationStep
{
    sealed record Recipe(int Format, string DataSha256, bool Deep, float MaskThreshold, int MostProblemsKept);

    public static (ValidationResult Report, bool Made) Run(SceneFolder data, string given, RunFolder folder, ValidationOptions options,
        IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        var recipe = new Recipe(3, DataFingerprint.Of(data, given, progress, cancellationToken), options.Deep, options.MaskThreshold,
            options.MostProblemsKept);
        if (OutputRecord.Current<ValidationResult>(folder.ValidationRecord, recipe) is { } known) return (known, false);
        ValidationResult report = ValidationJob.Run(given, folder.ValidScenes, folder.ValidationJson, options, progress, cancellationToken);
        OutputRecord.Write(folder.ValidationRecord, recipe, report, Path.GetFileName(folder.ValidScenes),
            Path.GetFileName(folder.ValidationJson));
        return (report, true);
    }
}
