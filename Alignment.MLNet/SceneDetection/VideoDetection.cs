using Alignment.MLNet.Dataset;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.SceneDetection.Detectors;
using Alignment.MLNet.SceneDetection.Frames;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.SceneDetection;

sealed class VideoDetection(string id, string path, string data, SceneDetectionOptions options, FfmpegTools tools,
    CancellationToken cancellationToken)
{
    // Fewer frames than this part of what the container announces are a damaged file, not a rounding of it.
    const double DamagedBelow = 0.9;
    // Of the work, the part of finding; the rest is taking the stills.
    const double FindingShare = 0.6;
    const int ProgressEvery = 50;

    readonly StillsFolder _folder = new(data, id);

    public DetectedVideo Run(Action<double> progress, Action<string> problem)
    {
        if (!options.Force && _folder.HoldsForeignStills())
            return new()
            {
                VideoId = id,
                State = DetectionState.Provided,
                Notes = [$"'{_folder.Folder}' holds stills that were not made here; they were left as they are."]
            };
        string hash = Hash();
        if (!options.Force && DetectionRecord.TryRead(_folder.Folder) is { } before && IsComplete(before, hash, out string[] changed))
        {
            if (before.Problem is { } old) problem(old);
            return Result(DetectionState.UpToDate, before,
                changed.Length == 0 ? [] : [$"Changed since they were made, and left as they are: {string.Join(", ", changed.Take(10))}."]);
        }
        var info = VideoProbe.Read(path, tools, cancellationToken);
        var around = options.Strip ? new CutScores(options.Detector == CutDetector.Shots) : null;
        var found = Find(info, around, progress);
        try
        {
            var record = Fill(info, found, around, hash, progress);
            if (record.Problem is { } damaged) problem(damaged);
            _folder.Finish();
            return Result(DetectionState.Made, record, []);
        }
        catch
        {
            _folder.Abandon();
            throw;
        }
    }

    DetectedScenes Find(VideoInfo info, CutScores? around, Action<double> progress)
    {
        string statsPath = Path.Combine(_folder.ReportFolder, StatsCsv.FileName);
        bool shots = options.Detector == CutDetector.Shots;
        if (!options.Stats)
        {
            RemoveReport(StatsCsv.FileName);
            return Pass(options.NewDetector(), around, null);
        }
        // The default detector reads other, smaller pictures than the scores are of: the scores have a pass of their own, and do not alter
        // the cuts.
        var cuts = shots ? Pass(options.NewDetector(), around, null) : null;
        DetectedScenes? found = null;
        AtomicFile.Write(statsPath, stream =>
        {
            using var to = new StreamWriter(stream, new System.Text.UTF8Encoding(false), 1 << 16, leaveOpen: true);
            var stats = new StatsCsv(to, options.AdaptiveLeast);
            stats.WriteHeader();
            found = Pass(shots ? new ScoresOnly() : options.NewDetector(), shots ? null : around, stats);
            stats.End();
        });
        return cuts ?? found!;

        DetectedScenes Pass(ICutDetector detector, CutScores? scores, StatsCsv? stats) => DetectionPass.Run(path, info, detector,
            stats is not null ? ScoreKinds.Scores : scores is not null && !shots ? ScoreKinds.Content : ScoreKinds.None, frame =>
            {
                stats?.Add(frame);
                scores?.Add(frame);
                if (frame.Index % ProgressEvery == 0 && info.Frames > 0)
                    progress(FindingShare * Math.Min(1, (double)frame.Index / info.Frames));
            }, tools, cancellationToken);
    }

    DetectionRecord Fill(VideoInfo info, DetectedScenes found, CutScores? around, string hash, Action<double> progress)
    {
        var list = found.List(info.Fps);
        string folder = _folder.Begin();
        List<(int Scene, int Image, long Frame)> wanted = [];
        foreach (var scene in list.Scenes)
        {
            var frames = StillFrames.Of(scene.StartFrame, scene.EndFrame, options.Images);
            for (int i = 0; i < frames.Count; i++) wanted.Add((scene.SceneNumber, i + 1, frames[i]));
        }
        using var strip = around is not null && found.Cuts.Count > 0 ? new CutStrip(id, found, info, around) : null;
        var stills = Take(info, wanted, strip, folder, progress);
        if (strip is not null) strip.Write(Path.Combine(_folder.ReportFolder, CutStrip.FileName));
        else RemoveReport(CutStrip.FileName);
        list.Write(Path.Combine(folder, Layout.SceneList));
        List<string> notes = [];
        if (found.VariableRate) notes.Add("The frame rate varies: times in scenes.csv are the frames' own.");
        string? damaged = null;
        // An edit list may hide pictures that are in the file: its length counts as well.
        long announced = info.Seconds > 0 ? Math.Min(info.Frames, (long)Math.Round(info.Seconds * info.Fps.Fps)) : info.Frames;
        if (found.Complaint is not null || found.Frames < DamagedBelow * announced)
            damaged = Invariant($"The video '{SafePath.Shorten(Path.GetFileName(path))}': found "
                + $"{found.Frames} frames that can be decoded, expected the {announced} it announces. The scenes of that part were "
                + $"written; the file is damaged or cut short, export it again.");
        else if (found.Frames != info.Frames && info.Frames > 0)
            notes.Add(Invariant($"The file announces {info.Frames} frames, {found.Frames} are shown."));
        if (found.Damaged && damaged is null)
            notes.Add("Some frames are damaged: ffmpeg complained of them and went on. Look at the stills, or export the video again.");
        var record = new DetectionRecord
        {
            Version = DetectionRecord.ThisVersion,
            Video = Path.GetFileName(path),
            VideoSha256 = hash,
            Options = DetectionRecord.Describe(options),
            Frames = found.Frames,
            Fps = info.Fps.ToString(),
            VariableRate = found.VariableRate,
            Seconds = found.Seconds,
            Cuts = found.Cuts,
            Stills = stills,
            Notes = notes,
            Problem = damaged,
        };
        record.Write(folder);
        return record;
    }

    // The second pass: every wanted frame, counted by decoding as the first pass did.
    List<TakenStill> Take(VideoInfo info, List<(int Scene, int Image, long Frame)> wanted, CutStrip? strip, string folder,
        Action<double> progress)
    {
        List<TakenStill> stills = [];
        var byFrame = wanted.ToLookup(w => w.Frame);
        long[] frames = [.. wanted.Select(w => w.Frame).Concat(strip?.Frames ?? []).Distinct().Order()];
        var picture = new RgbPicture(info.DisplayWidth, info.DisplayHeight, new byte[3 * info.DisplayWidth * info.DisplayHeight]);
        var read = VideoReader.Read(path, (i, rgb) =>
        {
            strip?.Add(frames[i], rgb);
            bool copied = false;
            foreach (var (scene, image, frame) in byFrame[frames[i]])
            {
                if (!copied) rgb.CopyTo(picture.Pixels);
                copied = true;
                string name = Invariant($"{SceneId.Of(id, scene)}-{image:00}.jpg"),
                    to = Path.Combine(folder, name);
                PictureFile.WriteJpeg(to, picture, options.JpegQuality);
                stills.Add(new(scene, image, frame, name, new FileInfo(to).Length));
            }
            progress(FindingShare + (1 - FindingShare) * (i + 1) / frames.Length);
            return true;
        }, new() { Only = frames }, tools, cancellationToken);
        if (read.Frames != frames.Length)
            throw BadDataException.For($"The video '{SafePath.Shorten(Path.GetFileName(path))}'",
                $"{read.Frames} of the {frames.Length} frames wanted as stills in the second reading", "the same frames in both readings",
                "The file may be changing; run again when it is complete.");
        stills.Sort((a, b) => (a.Scene, a.Image).CompareTo((b.Scene, b.Image)));
        return stills;
    }

    void RemoveReport(string name)
    {
        string path = Path.Combine(_folder.ReportFolder, name);
        // Deleting in a folder that is not there throws.
        if (File.Exists(path)) File.Delete(path);
    }

    string Hash()
    {
        // Asked first: a named pipe is empty too, and opening it would wait for ever.
        if (VideoFiles.SizeOf(path) == 0)
            throw BadDataException.For($"The video '{SafePath.Shorten(Path.GetFileName(path))}'", "an empty file", "a video",
                "Export it again.");
        // Names what cannot be opened: a file that went or is not ours to read, a link to nothing, a name that is no Unicode.
        string hash = FileHash.OfFile(path);
        cancellationToken.ThrowIfCancellationRequested();
        return hash;
    }

    // True when everything is there; changed are files that somebody has changed since.
    bool IsComplete(DetectionRecord record, string hash, out string[] changed)
    {
        changed = [];
        if (record.VideoSha256 != hash || record.Options != DetectionRecord.Describe(options)
            || !File.Exists(Path.Combine(_folder.Folder, Layout.SceneList))) return false;
        if (options.Stats && !File.Exists(Path.Combine(_folder.ReportFolder, StatsCsv.FileName))) return false;
        if (options.Strip && record.Cuts.Count > 0 && !File.Exists(Path.Combine(_folder.ReportFolder, CutStrip.FileName))) return false;
        List<string> other = [];
        foreach (var still in record.Stills)
        {
            // The record may come from elsewhere: its names stay in this folder.
            var file = new FileInfo(SafePath.Under(_folder.Folder, still.File));
            if (!file.Exists) return false;
            if (file.Length != still.Bytes) other.Add(still.File);
        }
        changed = [.. other];
        return true;
    }

    DetectedVideo Result(DetectionState state, DetectionRecord record, string[] more) => new()
    {
        VideoId = id,
        State = state,
        Scenes = record.Cuts.Count + 1,
        Frames = record.Frames,
        Seconds = record.Seconds,
        Fps = record.Fps,
        Stills = record.Stills.Count,
        Cuts = record.Cuts,
        Notes = [.. record.Notes, .. more],
    };
}
