using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Gaze;

// The rows of a gaze CSV. A cell ends on its line, so that an unclosed quote spoils one row and not the rest.
sealed class GazeReader : IDisposable
{
    public const string VideoId = "video_id", Participant = "participant", Time = "time_seconds", X = "x", Y = "y",
        Duration = "duration_seconds";

    static readonly string[] s_columns = [VideoId, Participant, Time, X, Y, Duration];

    readonly CsvReader _csv;
    readonly int[] _at;

    GazeReader(CsvReader csv, int[] at) => (_csv, _at) = (csv, at);

    public static GazeReader Open(string path)
    {
        string full = Path.GetFullPath(path), subject = $"The gaze file '{SafePath.Shorten(full, 300)}'";
        if (!File.Exists(full))
            throw BadDataException.For(subject, Directory.Exists(full) ? "a folder" : "no such file", "a CSV of gaze or fixations",
                "Correct the path.");
        BadDataException Bad(string found) => BadDataException.For(subject, found,
            $"a CSV with the columns {string.Join(", ", s_columns[..^1])} and, for fixations, {Duration}",
            "Export it again, as UTF-8, with these names in the first line.");
        CsvReader csv = CsvReader.Open(full, subject, multiline: false, Bad);
        foreach (string column in s_columns)
        {
            int times = csv.Header.Count(h => h.Equals(column, StringComparison.OrdinalIgnoreCase));
            string? found = times > 1 ? $"the column {column} {(times == 2 ? "twice" : "several times")}"
                : times == 0 && column != Duration ? $"no column {column} among {SafePath.Shorten(string.Join(", ", csv.Header), 200)}"
                : null;
            if (found is null) continue;
            csv.Dispose();
            throw Bad(found);
        }
        return new(csv, [.. s_columns.Select(csv.Find)]);
    }

    public long Length => _csv.Length;

    public long Position => _csv.Position;

    public long Line => _csv.Line;

    // True where the current line is no row at all.
    public bool IsMalformed => _csv.IsMalformed;

    public bool HasDuration => _at[5] >= 0;

    public ReadOnlySpan<byte> Video => _csv.Trimmed(_at[0]);

    public ReadOnlySpan<byte> Viewer => _csv.Trimmed(_at[1]);

    public ReadOnlySpan<byte> Seconds => _csv.Trimmed(_at[2]);

    public ReadOnlySpan<byte> Across => _csv.Trimmed(_at[3]);

    public ReadOnlySpan<byte> Down => _csv.Trimmed(_at[4]);

    public ReadOnlySpan<byte> Held => _csv.Trimmed(_at[5]);

    public string Sha256 => _csv.Sha256;

    public bool Next() => _csv.Next();

    public void Dispose() => _csv.Dispose();
}
