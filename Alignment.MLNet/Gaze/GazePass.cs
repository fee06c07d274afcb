using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Gaze;

// Reads a gaze file once: every row is assigned to its scene, or dropped for its first reason, with its line.
sealed class GazePass(GazeScenes scenes, GazeOptions options, GazeSpill spill)
{
    // More participants than any study has.
    const int MostParticipants = 1_000_000;

    // Share of the rows that must contradict the kind of coordinates, and the value they must exceed: gaze beside the screen reaches a
    // little over 1, not twice the frame.
    const double Contradicting = 0.9, FarBeyond = 2;

    const int Every = 1 << 16;

    readonly long[] _counts = new long[Enum.GetValues<GazeDrop>().Length];
    readonly List<long>[] _lines = [.. Enum.GetValues<GazeDrop>().Select(_ => new List<long>())];
    readonly HashSet<ulong> _participants = [];
    long _rows, _used, _placed, _inUnit, _fractions, _farBeyond;
    GazeScene? _anyScene;

    public GazeReport Run(string path, IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        using var rows = GazeReader.Open(path);
        bool timed = rows.HasDuration;
        while (rows.Next())
        {
            if (Drop(rows, timed) is { } why)
            {
                _counts[(int)why]++;
                if (_lines[(int)why].Count < options.MostLinesKept) _lines[(int)why].Add(rows.Line);
            }
            if (++_rows % Every == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new("reading gaze", rows.Position, rows.Length, Invariant($"{_rows:N0} rows")));
            }
        }
        cancellationToken.ThrowIfCancellationRequested();
        progress?.Report(new("reading gaze", rows.Length, rows.Length, Invariant($"{_rows:N0} rows")));
        CheckCoordinates(path);
        spill.Finish();
        return new(Path.GetFileName(path), rows.Sha256, _rows, _used, _participants.Count, Dropped());
    }

    GazeDrop? Drop(GazeReader row, bool timed)
    {
        if (row.IsMalformed) return GazeDrop.MalformedRow;
        double held = 1;
        if (!NumberText.TryParse(row.Seconds, out double time) || !NumberText.TryParse(row.Across, out double x)
            || !NumberText.TryParse(row.Down, out double y) || (timed && !NumberText.TryParse(row.Held, out held)))
            return GazeDrop.NotANumber;
        if (scenes.Find(row.Video) is not { } video) return GazeDrop.UnknownVideo;
        if (video.Scenes.Count == 0) return GazeDrop.NoSceneList;
        if (video.At(time) is not { } scene) return GazeDrop.OutsideScenes;
        if (scene.Slot < 0) return GazeDrop.NoStill;
        bool pixels = options.Coordinates == GazeCoordinates.Pixels;
        double width = pixels ? options.FrameWidth ?? scene.Width : 1, height = pixels ? options.FrameHeight ?? scene.Height : 1;
        Weigh(scene, x, y);
        if (!(x >= 0 && x < width && y >= 0 && y < height)) return GazeDrop.OffScreen;
        if (!(held > 0)) return GazeDrop.NonPositiveDuration;
        // Rounding of x · W / w may just reach W.
        int column = width == scene.Width ? (int)x : Math.Min(scene.Width - 1, (int)(x * scene.Width / width));
        int line = height == scene.Height ? (int)y : Math.Min(scene.Height - 1, (int)(y * scene.Height / height));
        ulong participant = Name(row.Viewer);
        if (_participants.Count < MostParticipants) _participants.Add(participant);
        spill.Add(new(scene.Slot, line * scene.Width + column, held, participant));
        _used++;
        return null;
    }

    void Weigh(GazeScene scene, double x, double y)
    {
        _placed++;
        _anyScene ??= scene;
        if (x is >= 0 and <= 1 && y is >= 0 and <= 1)
        {
            _inUnit++;
            if (x != Math.Floor(x) || y != Math.Floor(y)) _fractions++;
        }
        if (x > FarBeyond || y > FarBeyond) _farBeyond++;
    }

    // A map of the wrong place would look as good as any: coordinates that contradict their kind are an error.
    void CheckCoordinates(string path)
    {
        if (_anyScene is not { } scene) return;
        string subject = $"The gaze file '{SafePath.Shorten(path, 300)}'";
        string Share(long n) => Invariant($"{n} of {_placed} rows");
        int width = options.FrameWidth ?? scene.Width, height = options.FrameHeight ?? scene.Height;
        if (options.Coordinates == GazeCoordinates.Pixels && width > 4 && height > 4 && _fractions > 0
            && _inUnit >= Contradicting * _placed)
            throw BadDataException.For(subject, $"x and y from 0 to 1 in {Share(_inUnit)}",
                $"pixels of a frame of {width}x{height}",
                $"If they are parts of the frame's width and height, give {OptionName.Of<GazeOptions>(nameof(GazeOptions.Coordinates))} "
                + $"normalised.");
        if (options.Coordinates == GazeCoordinates.Normalised && _farBeyond >= Contradicting * _placed)
            throw BadDataException.For(subject, $"x or y above {FarBeyond} in {Share(_farBeyond)}",
                "parts of the frame's width and height, from 0 to 1",
                $"If they are pixels, give {OptionName.Of<GazeOptions>(nameof(GazeOptions.Coordinates))} pixels (the default), and "
                + $"{OptionName.Of<GazeOptions>(nameof(GazeOptions.FrameWidth))} where the frame is not the still's size.");
    }

    // Reasons that any file's rows can have are always listed, the others where they occurred.
    Dictionary<string, GazeDropped> Dropped() => Enum.GetValues<GazeDrop>()
        .Where(d => _counts[(int)d] > 0 || d is not (GazeDrop.MalformedRow or GazeDrop.NoSceneList or GazeDrop.NoStill))
        .ToDictionary(d => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(d.ToString()),
        d => new GazeDropped(_counts[(int)d], _lines[(int)d]));

    // FNV-1a over the name's bytes, mixed once more; it only tells participants apart.
    static ulong Name(ReadOnlySpan<byte> name)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte b in name) hash = (hash ^ b) * 0x100000001b3;
        hash ^= hash >> 32;
        return hash * 0x9e3779b97f4a7c15;
    }
}
