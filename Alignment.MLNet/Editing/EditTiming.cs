using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Editing;

/// <summary>How long the edits of a run took. Times are never among what is compared or recorded beside pictures: they differ from run to
/// run.</summary>
/// <param name="Edits">Edits made by the model.</param>
/// <param name="Seconds">From the first scene to the last, the model's loading included.</param>
/// <param name="PrepareSeconds">Reading and encoding stills, beside the model.</param>
/// <param name="DenoiseSeconds">Denoising.</param>
/// <param name="FinishSeconds">Decoding, compositing, measuring and writing, beside the model.</param>
public sealed record EditTiming(long Edits, double Seconds, double PrepareSeconds, double DenoiseSeconds, double FinishSeconds)
{
    /// <summary>0 where none was made.</summary>
    public double EditsPerSecond => Seconds > 0 ? Edits / Seconds : 0;
}

// A CSV with a row for every edit as it is finished. A log: another run begins it anew.
sealed class TimingLog : IDisposable
{
    readonly StreamWriter? _to;

    /// <param name="path">Null for no log.</param>
    public TimingLog(string? path)
    {
        if (path is null) return;
        try
        {
            _to = new StreamWriter(Path.GetFullPath(path), append: false, new UTF8Encoding(false)) { NewLine = "\n", AutoFlush = true };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UsageException.For("The file for timings", $"'{SafePath.Shorten(path, 300)}', which cannot be written ({e.Message})",
                "a file in a folder that is there", "Name another file.");
        }
        CsvRows.Write(_to, "video_id", "scene_id", "edit_of", "variants", "denoise_seconds", "finish_seconds");
    }

    public void Add(WrittenEdit edit)
    {
        if (_to is not null) CsvRows.Write(_to, edit.Scene.VideoId, edit.Scene.SceneId, edit.Group.Variants[0],
            edit.Group.Variants.Count.ToString(CultureInfo.InvariantCulture), Text(edit.DenoiseSeconds), Text(edit.FinishSeconds));
    }

    static string Text(double seconds) => seconds.ToString("f4", CultureInfo.InvariantCulture);

    public void Dispose() => _to?.Dispose();
}
