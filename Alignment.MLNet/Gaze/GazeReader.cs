using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Gaze;

/// <summary>The rows of a gaze CSV. A cell ends on its line, so that an unclosed quote spoils one row and not the rest.</summary>
sealed class GazeReader : IDisposable
{
    public const string VideoId = "video_id", Participant = "participant", Time = "time_seconds", X = "x", Y = "y",
        Duration = "duration_seconds";

    static readonly string[] s_columns = [VideoId, Participant, Time, X, Y, Duration];

    readonly CsvReader _csv;
    readonly int[] _at;

    GazeReader(CsvReader csv, int[] at) => (_csv, _at) = (csv, at);

    /// <summary>Opens the file and finds the columns in its first line.</summary>
    /// <exception cref="BadDataException">It is not there, empty, no UTF-8, or lacks a column.</exception>
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

    /// <summary>Bytes of the file.</summary>
    public long Length => _csv.Length;

    /// <summary>Bytes read so far.</summary>
    public long Position => _csv.Position;

    /// <summary>Line of the current row, from 1 (the header).</summary>
    public long Line => _csv.Line;

    /// <summary>True where the current line is no row at all.</summary>
    public bool IsMalformed => _csv.IsMalformed;

    /// <summary>Whether there is a column of durations.</summary>
    public bool HasDuration => _at[5] >= 0;

    public ReadOnlySpan<byte> Video => _csv.Trimmed(_at[0]);

    public ReadOnlySpan<byte> Viewer => _csv.Trimmed(_at[1]);

    public ReadOnlySpan<byte> Seconds => _csv.Trimmed(_at[2]);

    public ReadOnlySpan<byte> Across => _csv.Trimmed(_at[3]);

    public ReadOnlySpan<byte> Down => _csv.Trimmed(_at[4]);

    public ReadOnlySpan<byte> Held => _csv.Trimmed(_at[5]);

    /// <summary>SHA-256 of the file; once everything has been read.</summary>
    public string Sha256 => _csv.Sha256;

    /// <summary>Goes to the next row; empty lines are passed over.</summary>
    public bool Next() => _csv.Next();

    public void Dispose() => _csv.Dispose();
}
