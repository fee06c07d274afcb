namespace Alignment.MLNet.Training;

/// <summary><c>losses.csv</c>, equal for equal runs however often they were stopped, and <c>timings.csv</c> beside it, which is not. A
/// validation's line has the step it came after.</summary>
sealed class TrainingLog : IDisposable
{
    public const string LossesFile = "losses.csv", TimingsFile = "timings.csv";

    public const string StepColumn = "step", PartColumn = "part", LossColumn = "loss", Train = "train", Validation = "validation";

    readonly StepLog _losses, _timings;

    TrainingLog(StepLog losses, StepLog timings) => (_losses, _timings) = (losses, timings);

    public static TrainingLog Begin(string folder, IReadOnlyList<string> lossParts) => new(
        StepLog.Begin(Path.Combine(folder, LossesFile), [StepColumn, "epoch", PartColumn, "learning_rate", "gradient_norm", .. lossParts]),
        StepLog.Begin(Path.Combine(folder, TimingsFile), StepColumn, PartColumn, "data_seconds", "model_seconds", "optimizer_seconds",
        "seconds"));

    public static TrainingLog Restore(string folder, string checkpoint) => new(
        StepLog.Restore(Path.Combine(folder, LossesFile), Path.Combine(checkpoint, LossesFile)),
        StepLog.Restore(Path.Combine(folder, TimingsFile), Path.Combine(checkpoint, TimingsFile)));

    public void AddTraining(long step, long epoch, double learningRate, double gradientNorm, ReadOnlySpan<double> losses) =>
        _losses.Add([StepLog.Text(step), StepLog.Text(epoch), Train, StepLog.Text(learningRate), StepLog.Text(gradientNorm),
        .. Texts(losses)]);

    public void AddValidation(long step, long epoch, ReadOnlySpan<double> losses) =>
        _losses.Add([StepLog.Text(step), StepLog.Text(epoch), Validation, "", "", .. Texts(losses)]);

    public void AddTiming(long step, string part, TimeSpan data, TimeSpan model, TimeSpan optimizer, TimeSpan all) =>
        _timings.Add(StepLog.Text(step), part, Seconds(data), Seconds(model), Seconds(optimizer), Seconds(all));

    public void CopyTo(string checkpoint)
    {
        _losses.CopyTo(Path.Combine(checkpoint, LossesFile));
        _timings.CopyTo(Path.Combine(checkpoint, TimingsFile));
    }

    static string[] Texts(ReadOnlySpan<double> losses)
    {
        string[] texts = new string[losses.Length];
        for (int i = 0; i < texts.Length; i++) texts[i] = StepLog.Text(losses[i]);
        return texts;
    }

    static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _losses.Dispose();
        _timings.Dispose();
    }
}
