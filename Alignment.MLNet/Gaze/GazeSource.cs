using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Gaze;

// The gaze on a scene, with the Gaussian's sigmas in pixels of the still.
sealed record SceneGaze(GazeScene Scene, double SigmaX, double SigmaY)
{
    public long Rows { get; set; }

    public int Participants { get; set; }

    public double Weight { get; set; }
}

// A gaze file, its rows in the order of the scenes.
sealed class GazeSource : IDisposable
{
    // The hashes that tell a scene's participants apart take 16 MB at most.
    const int MostParticipants = 1_000_000;

    readonly GazeScenes _scenes;
    readonly GazeOptions _options;
    readonly GazeSpill? _spill;
    readonly Dictionary<string, GazeVideo> _videos;
    readonly HashSet<ulong> _participants = [];
    readonly List<int> _pixels = [];
    double[] _weights = [];   // of the scene's pixels; zero between scenes

    GazeSource(GazeScenes scenes, GazeOptions options, string file, string sha256, GazeReport? report, GazeSpill? spill)
    {
        (_scenes, _options, File, Sha256, Report, _spill) = (scenes, options, file, sha256, report, spill);
        _videos = scenes.Videos.ToDictionary(v => v.VideoId, StringComparer.Ordinal);
    }

    public string File { get; }

    public string Sha256 { get; }

    public GazeReport? Report { get; }

    sealed record Kept(string ScenesSha256, string Options, GazeReport Report);

    // Reads the file, or – where no map is missing – only the report of an earlier call.
    public static GazeSource Open(SceneFolder data, IReadOnlyList<string> videoIds, IReadOnlyList<string> sources, AttentionOptions options,
        string spillPath, string keptPath, bool read, Action<AttentionProblem> report, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken)
    {
        string path = options.GazeFile!, name = Path.GetFileName(path);
        GazeScenes scenes = GazeScenes.Read(data, videoIds, sources, report, cancellationToken);
        string place = Invariant(
            $"{options.Gaze.Coordinates} {options.Gaze.FrameWidth}x{options.Gaze.FrameHeight} {options.Gaze.MostLinesKept}"),
            hash = scenes.Hash();
        if (!read)
        {
            string sha = FileHash.OfFile(path);
            return new(scenes, options.Gaze, name, sha, Earlier(keptPath) is { } kept && kept.Report.Sha256 == sha
                && kept.ScenesSha256 == hash && kept.Options == place ? kept.Report : null, null);
        }
        var spill = new GazeSpill(spillPath, scenes.Slots);
        try
        {
            GazeReport found = new GazePass(scenes, options.Gaze, spill).Run(path, progress, cancellationToken);
            if (found.RowsUsed == 0 && options.Predict is null) throw Unusable(path, found);
            if (found.Rows > 0 && found.Dropped["off_screen"].Count > found.Rows / 2)
                report(new(null, null, Invariant($"{found.Dropped["off_screen"].Count} of {found.Rows} gaze rows are off screen. If x "
                    + $"and y are pixels of another frame than the stills, give its size."), Breaks: false));
            AtomicFile.WriteText(keptPath, JsonSerializer.Serialize(new Kept(hash, place, found), JsonStyle.Record) + "\n", durable: false,
                keepEqual: true);
            return new(scenes, options.Gaze, name, found.Sha256, found, spill);
        }
        catch
        {
            spill.Dispose();
            throw;
        }
    }

    // A scene's gaze before its rows are read; null where its time is not known.
    public SceneGaze? Of(string videoId, int scene)
    {
        if (!_videos.TryGetValue(videoId, out GazeVideo? video) || !video.ByNumber.TryGetValue(scene, out GazeScene? found)
            || found.Slot < 0) return null;
        // Sigma is given for the frame's pixels, which may be of another size than the still's.
        int frame = _options.FrameWidth ?? found.Width;
        double sigmaX = _options.Sigma.InPixels(_options, frame) * found.Width / frame;
        double sigmaY = _options.FrameHeight is { } high && _options.FrameWidth is { } wide
            ? sigmaX * wide / found.Width * found.Height / high : sigmaX;
        return new(found, sigmaX, sigmaY);
    }

    // x, y and summed weight of every pixel that was looked at; scenes must be asked for in ascending order.
    public double[] Fixations(SceneGaze gaze)
    {
        GazeScene scene = gaze.Scene;
        if (_weights.Length < scene.Width * scene.Height) _weights = new double[scene.Width * scene.Height];
        _participants.Clear();
        _pixels.Clear();
        while (_spill!.Next(scene.Slot, out ReadOnlySpan<GazeRow> rows))
        {
            foreach (ref readonly GazeRow row in rows)
            {
                ref double weight = ref _weights[row.Pixel];
                if (weight == 0) _pixels.Add(row.Pixel);
                weight += row.Weight;
                gaze.Weight += row.Weight;
                if (_participants.Count < MostParticipants) _participants.Add(row.Participant);
            }
            gaze.Rows += rows.Length;
        }
        gaze.Participants = _participants.Count;
        double[] fixations = new double[3 * _pixels.Count];
        for (int i = 0; i < _pixels.Count; i++)
        {
            int pixel = _pixels[i];
            (fixations[3 * i], fixations[3 * i + 1], fixations[3 * i + 2]) = (pixel % scene.Width, pixel / scene.Width, _weights[pixel]);
            _weights[pixel] = 0;
        }
        if (!double.IsFinite(gaze.Weight)) throw BadDataException.For($"The gaze on scene {scene.Number}",
            "durations whose sum no number can hold", "seconds", "Correct the durations in the gaze file.");
        return fixations;
    }

    public static bool SamePlace(HeatmapEntry entry, SceneGaze gaze) => entry.Place == PlaceOf(gaze.Scene);

    public static string PlaceOf(GazeScene scene) =>
        Invariant($"{scene.StartSeconds:R}-{scene.EndSeconds:R} s, {scene.Width}x{scene.Height}");

    public void Dispose() => _spill?.Dispose();

    // Names the remedy of the reason that most rows have.
    static BadDataException Unusable(string path, GazeReport found)
    {
        KeyValuePair<string, GazeDropped>[] reasons = [.. found.Dropped.Where(d => d.Value.Count > 0)];
        string why = string.Join(", ",
            reasons.Select(d => Invariant(
            $"{d.Key} {d.Value.Count}{(d.Value.Lines.Count > 0 ? Invariant($", first in line {d.Value.Lines[0]}") : "")}")));
        Phrase next = reasons.Length == 0 ? "Export the gaze again." : reasons.MaxBy(d => d.Value.Count).Key switch
        {
            "malformed_row" => "Close every quote on its own line.",
            "not_a_number" => "Decimals have a point, and time, x, y and the duration may not be empty.",
            "unknown_video" => "Compare the ids with the names of the folders of stills, letter by letter.",
            "no_scene_list" => $"Make the scene lists (SceneDetectionJob, `alignment scenes`), or name their folder in "
            + $"{OptionName.Of<AttentionOptions>(nameof(AttentionOptions.SourceFolders))}.",
            "outside_scenes" => "Times are seconds from the start of the video.",
            "no_still" => "Take the stills with `alignment scenes`.",
            "off_screen" => $"Give the size of the frame that x and y are measured in as "
            + $"{OptionName.Of<GazeOptions>(nameof(GazeOptions.FrameWidth))}, or "
            + $"{OptionName.Of<GazeOptions>(nameof(GazeOptions.Coordinates))} normalised.",
            _ => "Durations are in seconds; without that column every row weighs 1.",
        };
        return BadDataException.For($"The gaze file '{SafePath.Shorten(path, 300)}'",
            found.Rows == 0 ? "no rows below its header" : Invariant($"no usable row among {found.Rows} ({why})"),
            "gaze on the data set's scenes",
            $"{next} {OptionName.Of<AttentionOptions>(nameof(AttentionOptions.Predict))} makes heatmaps without gaze.");
    }

    static Kept? Earlier(string path)
    {
        try
        {
            return System.IO.File.Exists(path) && new FileInfo(path).Length < 16 << 20
                ? JsonSerializer.Deserialize<Kept>(System.IO.File.ReadAllBytes(path), JsonStyle.Record) : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
