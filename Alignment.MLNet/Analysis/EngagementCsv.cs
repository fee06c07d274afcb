using System.Globalization;
using CsvHelper;

namespace Alignment.MLNet.Analysis;

/// <summary>
/// Reads engagement data: a CSV with a header, the columns <c>video_id</c> and <c>variant</c>, and numeric metrics
/// (<c>CTR</c>, <c>CVR</c>, <c>watch_time</c> or any others; empty = missing). Streamed row by row; memory does not grow with the file.
/// A row with anything wrong in it is left out as a whole and reported with its line and the reason: a shifted row is wrong everywhere.
/// </summary>
sealed class EngagementCsv
{
    const string VideoIdColumn = "video_id", VariantColumn = "variant";
    const int MaxColumns = 1000;
    // An unclosed quote makes one row of the rest of the file; this much is held before giving up.
    const int MaxRecordBytes = 16 << 20;

    readonly string _path;
    readonly AnalysisOptions _options;
    readonly string[] _columns;
    readonly int _videoId, _variant;

    EngagementCsv(string path, AnalysisOptions options, string[] columns)
    {
        (_path, _options, _columns) = (path, options, columns);
        _videoId = Find(VideoIdColumn);
        _variant = Find(VariantColumn);
        MetricColumns = [.. Enumerable.Range(0, columns.Length).Where(c => c != _videoId && c != _variant && columns[c].Length > 0)];
        if (MetricColumns.Count == 0)
            throw BadDataException.For(Subject, $"the columns {List(columns)}", "at least one metric such as CTR, CVR or watch_time", "Add a column of numbers.");
    }

    /// <summary>Positions of the columns that may be metrics: all but the two named ones.</summary>
    public IReadOnlyList<int> MetricColumns { get; private set; }

    /// <summary>Columns without a single number (texts such as a region); ignored.</summary>
    public IReadOnlyList<string> IgnoredColumns { get; private set; } = [];

    public string Name(int column) => _columns[column];

    /// <summary>The file says of itself that it is simulated.</summary>
    public bool Simulated => _columns.Contains(EngagementSimulation.MarkColumn, StringComparer.OrdinalIgnoreCase);

    string Subject => $"The engagement data '{SafePath.Shorten(_path, 200)}'";

    /// <summary>Reads the header, and finds which columns hold numbers at all (one pass over the file).</summary>
    /// <exception cref="BadDataException">No file, no header, a column missing or twice, or no column of numbers.</exception>
    public static EngagementCsv Open(string path, AnalysisOptions options, CancellationToken stop)
    {
        string subject = $"The engagement data '{SafePath.Shorten(path, 200)}'";
        if (!File.Exists(path)) throw BadDataException.For(subject, "no such file", "a CSV with the columns video_id, variant and metrics", "Check the path.");
        string[]? header = null;
        bool[] numeric = [];
        EngagementCsv? csv = null;
        foreach (var (cells, _, _) in Records(path, subject, stop))
        {
            if (csv is null)
            {
                header = [.. cells.Select(c => c.Trim())];
                csv = new(path, options, header);
                numeric = new bool[header.Length];
                continue;
            }
            foreach (int c in csv.MetricColumns)
                numeric[c] |= c < cells.Length && cells[c].Length is > 0 and < 64 && IsNumber(cells[c], out _);
            // The seed's own metrics are metrics whatever they hold; only other columns may be text.
            if (csv.MetricColumns.All(c => numeric[c])) break;
        }
        if (csv is null) throw BadDataException.For(subject, "an empty file", "a header with video_id, variant and metrics", "Export the data again.");
        csv.IgnoredColumns = [.. csv.MetricColumns.Where(c => !numeric[c]).Select(csv.Name)];
        csv.MetricColumns = [.. csv.MetricColumns.Where(c => numeric[c])];
        if (csv.MetricColumns.Count == 0)
            throw BadDataException.For(subject, $"no number in any of the columns {List(header!)}", "at least one metric with values", "Decimals have a point; check the export.");
        return csv;
    }

    /// <summary>Streams the rows. <paramref name="use"/> gets the variant and one value (NaN = missing) per metric column; <paramref name="reject"/> gets the line and the reason.</summary>
    /// <returns>Data rows in the file.</returns>
    public long Read(Action<string, string, double[]> use, Action<RejectedRow> reject, CancellationToken stop)
    {
        double[] values = new double[MetricColumns.Count];
        long rows = 0;
        bool header = true;
        foreach (var (cells, line, bad) in Records(_path, Subject, stop))
        {
            if (header)
            {
                header = false;
                continue;
            }
            rows++;
            string variant = "";
            if ((bad ? "a stray quote" : WhyRejected(cells, values, out variant)) is { } why) reject(new(line, why));
            else use(cells[_videoId], variant, values);
        }
        return rows;
    }

    string? WhyRejected(string[] cells, double[] values, out string variant)
    {
        variant = "";
        for (int c = 0; c < cells.Length; c++)
        {
            if (cells[c].Length > _options.MaxCellLength)
                return string.Create(CultureInfo.InvariantCulture, $"{Column(c)}: a cell of {cells[c].Length} characters, more than {_options.MaxCellLength}");
            if (cells[c].Contains('\0', StringComparison.Ordinal)) return $"{Column(c)}: a NUL character";
        }
        if (cells.Length < _columns.Length || cells.Skip(_columns.Length).Any(c => c.Length > 0))
            return string.Create(CultureInfo.InvariantCulture, $"{cells.Length} cells, where the header has {_columns.Length}");
        if (string.IsNullOrWhiteSpace(cells[_videoId])) return "video_id: empty";
        string found = cells[_variant].Trim();
        if (_options.Variants.FirstOrDefault(v => v.Equals(found, StringComparison.OrdinalIgnoreCase)) is not { } known)
            return $"variant: '{SafePath.Shorten(found)}' is none of {string.Join(", ", _options.Variants)}; the nearest is '{NearestName.Of(found, _options.Variants)}'";
        for (int m = 0; m < values.Length; m++)
        {
            string cell = cells[MetricColumns[m]];
            values[m] = double.NaN;
            if (!string.IsNullOrWhiteSpace(cell) && !IsNumber(cell, out values[m])) return $"{Column(MetricColumns[m])}: '{SafePath.Shorten(cell, 40)}' is no finite number (decimals have a point)";
        }
        variant = known;
        return null;
    }

    string Column(int c) => c < _columns.Length ? SafePath.Shorten(_columns[c], 40) : string.Create(CultureInfo.InvariantCulture, $"cell {c + 1}");

    int Find(string name)
    {
        if (_columns.Length > MaxColumns)
            throw BadDataException.For(Subject, string.Create(CultureInfo.InvariantCulture, $"{_columns.Length} columns"), string.Create(CultureInfo.InvariantCulture, $"at most {MaxColumns}"), "Check the export.");
        if (_columns.Where(c => c.Length > 0).GroupBy(c => c, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw BadDataException.For(Subject, $"the column '{SafePath.Shorten(twice.Key)}' twice", "every column once", "Rename or remove one.");
        int at = Array.FindIndex(_columns, c => c.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (at < 0) throw BadDataException.For(Subject, $"the columns {List(_columns)}", $"a column '{name}'", "The file is comma-separated and begins with a header.");
        return at;
    }

    static string List(string[] columns) => string.Join(", ", columns.Take(20).Select(c => $"'{SafePath.Shorten(c, 40)}'")) + (columns.Length > 20 ? ", …" : "");

    static bool IsNumber(string cell, out double value) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>Every record with the line it begins on, and whether its quoting is broken. Byte order marks, any line ends, and semicolons or tabs between cells are understood.</summary>
    static IEnumerable<(string[] Cells, long Line, bool Bad)> Records(string path, string subject, CancellationToken stop)
    {
        bool bad = false;
        var options = CsvReaderOptions.Default with
        {
            HasHeader = false,
            TrackLineNumbers = true,
            MaxRecordSize = MaxRecordBytes,
            OnMalformedRecord = _ => bad = true,
        };
        using var csv = CsvReader.FromFile(path, options);
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            bad = false;
            string[] cells;
            try
            {
                if (!csv.Read()) yield break;
                cells = csv.Current.ToArray();
            }
            catch (CsvFormatException e)
            {
                throw BadDataException.For(subject, string.Create(CultureInfo.InvariantCulture, $"a row of more than {MaxRecordBytes >> 20} MiB from line {e.LineNumber} on"), "short rows", "Look for a quote that is not closed there.", e);
            }
            if (cells.Any(c => !string.IsNullOrWhiteSpace(c))) yield return (cells, csv.LineNumber, bad);
        }
    }
}
