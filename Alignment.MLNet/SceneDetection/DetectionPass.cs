using Alignment.MLNet.Dataset;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.SceneDetection.Detectors;
using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.MLNet.SceneDetection;

/// <summary>Seconds end with the last frame; the rate varies where a frame is shown further than half a frame from frame ÷ rate; the
/// complaint is what ffmpeg failed with after some frames; damaged: it complained but went on.</summary>
sealed record DetectedScenes(long Frames, double Seconds, bool VariableRate, IReadOnlyList<SceneCut> Cuts, IReadOnlyList<double> CutSeconds,
    string? Complaint, bool Damaged)
{
    public SceneList List(FrameRate fps)
    {
        SceneSpan[] spans = [.. Enumerable.Range(0, Cuts.Count + 1)
            .Select(i => new SceneSpan(i + 1, i == 0 ? 0 : Cuts[i - 1].Frame, i < Cuts.Count ? Cuts[i].Frame : Frames))];
        return new(fps, spans, VariableRate ? [0, .. CutSeconds, Seconds] : null);
    }
}

// The pass over a video that finds its scenes: frames are streamed, scored and forgotten.
static class DetectionPass
{
    const double VariableFrames = 0.5;
    // Times come in microseconds; sums of them are rounded to that again.
    const int Decimals = 6;

    // Small pictures come alone: no further scores with them. watch sees every frame after it was scored.
    public static DetectedScenes Run(string path, VideoInfo info, ICutDetector detector, ScoreKinds alsoScore, Action<AnalysedFrame>? watch,
        FfmpegTools tools, CancellationToken cancellationToken)
    {
        var kinds = detector.Needs | alsoScore;
        if (kinds.HasFlag(ScoreKinds.Picture) && kinds != ScoreKinds.Picture)
            throw new ArgumentException($"Small pictures come alone, not with {kinds & ~ScoreKinds.Picture}.", nameof(alsoScore));
        var small = kinds == ScoreKinds.Picture ? new SmallFrames(info.FrameWidth, info.FrameHeight) : null;
        var scorer = small is null ? new FrameScorer(new(info.FrameWidth, info.FrameHeight, DecodedFrames.LayoutOf(info),
            DecodedFrames.MatrixOf(info)), kinds) : null;
        var times = new FrameTimes();
        List<SceneCut> cuts = [];
        double lastDuration = 0, furthest = 0;
        var (complaint, damaged) = DecodedFrames.Read(path, info, small is null ? FrameForm.Whole(info) : FrameForm.Of(small),
            (index, seconds, duration, bytes) =>
        {
            times.Add(seconds);
            lastDuration = duration;
            furthest = Math.Max(furthest, Math.Abs(seconds - info.Fps.SecondsAt(index)));
            var frame = scorer is null ? small!.Take(index, seconds, bytes) : scorer.Score(index, seconds, bytes);
            detector.Add(frame, cuts.Add);
            watch?.Invoke(frame);
        }, tools, cancellationToken);
        if (times.Count == 0)
            throw BadDataException.For($"The video '{SafePath.Shorten(path, 200)}'", "no frame that can be decoded", "at least one",
                "The file is damaged or empty; export it again.");
        detector.End(cuts.Add);
        bool variable = furthest > VariableFrames / info.Fps.Fps;
        double end = variable ? Math.Round(times.Last + (lastDuration > 0 ? lastDuration : 1 / info.Fps.Fps), Decimals)
            : info.Fps.SecondsAt(times.Count);
        return new(times.Count, end, variable, cuts, [.. cuts.Select(c => Math.Round(times.At(c.Frame), Decimals))], complaint, damaged);
    }
}
