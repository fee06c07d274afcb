using System.Numerics;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Dataset;

/// <summary>One scene of a video: frames <paramref name="StartFrame"/> … <paramref name="EndFrame"/> − 1, counted from 0.</summary>
sealed record SceneSpan(int SceneNumber, long StartFrame, long EndFrame);

/// <summary>Where a video's scenes begin and end. As a file, <c>scenes.csv</c>: <c>scene_number, start_frame, end_frame, start_seconds,
/// end_seconds</c>; frames count from 0 and the end is exclusive; seconds = frames ÷ rate, which is how the file carries the rate. Where
/// frame times are irregular the seconds are those at which frames are shown, and the rate is their average. Also read:
/// <c>{video}.truth.json</c> with <c>fps</c>, <c>frames</c> and <c>scene_start_frames</c>.</summary>
sealed record SceneList
{
    const long MaxFileBytes = 64 << 20;
    // Times further than this from frames ÷ rate are irregular, not rounded.
    const double RoundingFrames = 0.5;

    static readonly string[] s_columns = ["scene_number", "start_frame", "end_frame", "start_seconds", "end_seconds"];

    /// <exception cref="BadDataException">The scenes do not follow one another from frame 0 without gaps, or a number occurs twice or
    /// falls.</exception>
    public SceneList(FrameRate fps, IReadOnlyList<SceneSpan> scenes) : this(fps, scenes, null)
    {
    }

    // Times: when each scene begins and, last, when the video ends; null: frames ÷ rate.
    public SceneList(FrameRate fps, IReadOnlyList<SceneSpan> scenes, IReadOnlyList<double>? times)
    {
        ArgumentNullException.ThrowIfNull(scenes);
        long at = 0;
        int last = 0;
        foreach (var scene in scenes)
        {
            if (scene.StartFrame != at || scene.EndFrame <= at || scene.SceneNumber <= last)
                throw BadDataException.For($"Scene {scene.SceneNumber} of a scene list",
                    $"frames {scene.StartFrame} to {scene.EndFrame} after scene {last}",
                    $"a higher scene number, beginning at frame {at} and longer than nothing",
                    "Scenes follow one another from frame 0 without gaps.");
            (at, last) = (scene.EndFrame, scene.SceneNumber);
        }
        if (at == 0) throw BadDataException.For("A scene list", "no scenes", "at least one", "Detect the scenes again.");
        if (times is not null && (times.Count != scenes.Count + 1 || times[0] != 0 || !Rises(times)))
            throw BadDataException.For("A scene list's times",
                $"{times.Count} times that do not rise from 0",
                $"{scenes.Count + 1} that do", "Detect the scenes again.");
        (Fps, Scenes, Times) = (fps, scenes, times);
    }

    public FrameRate Fps { get; }

    // In order.
    public IReadOnlyList<SceneSpan> Scenes { get; }

    // When each scene begins and, last, when the video ends; null where that is frames ÷ rate.
    public IReadOnlyList<double>? Times { get; }

    // When the scene at position of Scenes begins, in seconds from the video's first frame.
    public double StartSeconds(int position) => Times?[position] ?? Fps.SecondsAt(Scenes[position].StartFrame);

    // When the scene at position ends: when the next one begins.
    public double EndSeconds(int position) => Times?[position + 1] ?? Fps.SecondsAt(Scenes[position].EndFrame);

    // Frames of the whole video.
    public long Frames => Scenes[^1].EndFrame;

    // Scenes numbered 1, 2, … that begin at starts (the first at 0); the last ends at frames.
    public static SceneList FromStarts(FrameRate fps, IReadOnlyList<long> starts, long frames) =>
        new(fps, [.. starts.Select((start, i) => new SceneSpan(i + 1, start, i + 1 < starts.Count ? starts[i + 1] : frames))]);

    /// <summary>Reads <c>scenes.csv</c> or, by its ending, a <c>.json</c> truth file.</summary>
    /// <exception cref="BadDataException">Not readable as such; the message has the line.</exception>
    public static SceneList Read(string path)
    {
        string subject = $"The scene list '{SafePath.Shorten(path, 200)}'";
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > MaxFileBytes)
            throw BadDataException.For(subject, file.Exists ? Invariant($"{file.Length} bytes")
                : "no such file", $"a file of at most {MaxFileBytes >> 20} MiB", "Check the path.");
        try
        {
            return path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? ReadJson(path) : ReadCsv(path, subject);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw BadDataException.For(subject, SafePath.Shorten(e.Message, 200),
                path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? "fps, frames and scene_start_frames"
                : string.Join(", ", s_columns), "Write the scene list again.", e);
        }
    }

    // Writes scenes.csv; the same list gives the same bytes.
    public void Write(string path) => AtomicFile.Write(path, file =>
    {
        using var csv = new SpreadsheetWriter(file);
        csv.Row(s_columns);
        for (int i = 0; i < Scenes.Count; i++)
        {
            csv.Number((long?)Scenes[i].SceneNumber);
            csv.Number((long?)Scenes[i].StartFrame);
            csv.Number((long?)Scenes[i].EndFrame);
            csv.Number(StartSeconds(i));
            csv.Number(EndSeconds(i));
            csv.EndRow();
        }
    });

    static SceneList ReadJson(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var root = json.RootElement;
        long[] starts = [.. root.GetProperty("scene_start_frames").EnumerateArray().Select(s => s.GetInt64())];
        return FromStarts(FrameRate.FromFps(root.GetProperty("fps").GetDouble()), starts, root.GetProperty("frames").GetInt64());
    }

    static SceneList ReadCsv(string path, string subject)
    {
        List<SceneSpan> scenes = [];
        List<double> times = [];
        double begins = 0, seconds = 0;
        using CsvTable csv = CsvTable.Open(path, "The scene list", s_columns, multiline: true);
        bool Number<T>(int column, NumberStyles style, out T value) where T : INumber<T> =>
            T.TryParse(csv[column], style, CultureInfo.InvariantCulture, out value!);
        while (csv.Next())
        {
            if (!Number(0, NumberStyles.Integer, out int number) || !Number(1, NumberStyles.Integer, out long first)
                || !Number(2, NumberStyles.Integer, out long end) || !Number(3, NumberStyles.Float, out begins)
                || !Number(4, NumberStyles.Float, out seconds)
                || !(seconds > 0))
                throw BadDataException.For($"{subject}, line {csv.Line}",
                    SafePath.Shorten(string.Join(',', s_columns.Select((_, c) => csv[c]))), "three whole numbers and two times in seconds",
                    "Correct that line.");
            scenes.Add(new(number, first, end));
            times.Add(begins);
        }
        if (scenes.Count == 0) throw BadDataException.For(subject, "no scenes", "at least one", "Detect the scenes again.");
        var fps = FrameRate.FromFps(scenes[^1].EndFrame / seconds);
        times.Add(seconds);
        // Rounded seconds of a constant rate stay near frames ÷ rate.
        bool constant = !scenes.Where((s, i) => !(Math.Abs(times[i] - fps.SecondsAt(s.StartFrame)) <= RoundingFrames / fps.Fps)).Any();
        return new(fps, scenes, constant || times[0] != 0 || !Rises(times) ? null : times);
    }

    static bool Rises(IReadOnlyList<double> times)
    {
        for (int i = 1; i < times.Count; i++)
            if (!(times[i] > times[i - 1])) return false;
        return true;
    }
}
