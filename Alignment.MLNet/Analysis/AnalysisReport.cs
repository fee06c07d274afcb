using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using CsvHelper;

namespace Alignment.MLNet.Analysis;

/// <summary>An analysis as JSON and CSV. Where something cannot be computed it is left out (CSV: empty) and a note says why; there is no NaN.</summary>
public static class AnalysisReport
{
    static readonly JsonWriterOptions s_json = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>RFC 4180. Texts from outside that a spreadsheet would run as a formula get an apostrophe in front (OWASP, "CSV Injection"); numbers stay numbers.</summary>
    internal static CsvWriterOptions CsvOptions { get; } = CsvWriterOptions.Default with { NewLine = "\r\n", Injection = CsvInjection.Escape, FormatProvider = CultureInfo.InvariantCulture };

    public static void WriteJson(string path, EngagementAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        AtomicFile.Write(path, file =>
        {
            using var json = new Utf8JsonWriter(file, s_json);
            json.WriteStartObject();
            json.WriteString("source", analysis.Source);
            json.WriteString("baseline", analysis.Baseline);
            json.WriteNumber("confidence", analysis.Confidence);
            json.WriteNumber("rows", analysis.Rows);
            json.WriteNumber("rows_used", analysis.Rows - analysis.Rejected);
            json.WriteNumber("rows_rejected", analysis.Rejected);
            json.WriteStartArray("first_rejected");
            foreach (var row in analysis.RejectedShown)
            {
                json.WriteStartObject();
                json.WriteNumber("line", row.Line);
                json.WriteString("reason", row.Reason);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("ignored_columns");
            foreach (string column in analysis.IgnoredColumns) json.WriteStringValue(column);
            json.WriteEndArray();
            json.WriteStartArray("metrics");
            foreach (var metric in analysis.Metrics) Write(json, metric);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>One line per metric and variant; the baseline's own line holds its size, mean and sd.</summary>
    public static void WriteCsv(string path, EngagementAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        AtomicFile.Write(path, file =>
        {
            using var csv = CsvWriter.Create(file, CsvOptions, leaveOpen: true);
            csv.WriteRecord(["metric", "variant", "n", "mean", "sd", "baseline_n", "baseline_mean", "baseline_sd", "difference",
                "student_t", "student_df", "student_p", "student_low", "student_high", "welch_t", "welch_df", "welch_p", "welch_low", "welch_high", "note"]);
            foreach (var metric in analysis.Metrics)
                foreach (var sample in metric.Samples)
                    Write(csv, metric, sample);
        });
    }

    static void Write(CsvWriter csv, MetricAnalysis metric, VariantSample sample)
    {
        var compared = metric.Comparisons.FirstOrDefault(c => c.Variant == sample.Variant);
        csv.WriteField(metric.Metric);
        csv.WriteField(sample.Variant);
        Write(csv, sample.Sample);
        Write(csv, compared?.Baseline ?? default);
        Write(csv, compared?.Difference);
        foreach (var test in new[] { compared?.Student, compared?.Welch })
        {
            Write(csv, test?.T);
            Write(csv, test?.Df);
            Write(csv, test?.P);
            Write(csv, test?.Low);
            Write(csv, test?.High);
        }
        csv.WriteField(compared is null ? metric.Note ?? "" : compared.Note ?? "");
        csv.EndRecord();
    }

    static void Write(CsvWriter csv, Sample sample)
    {
        csv.WriteField(sample.N == 0 ? null : (long?)sample.N, default);
        Write(csv, sample.N == 0 ? null : sample.Mean);
        Write(csv, sample.N == 0 ? null : sample.Sd);
    }

    static void Write(CsvWriter csv, double? value) => csv.WriteField(value is { } v && double.IsFinite(v) ? value : null, default);

    static void Write(Utf8JsonWriter json, MetricAnalysis metric)
    {
        json.WriteStartObject();
        json.WriteString("metric", metric.Metric);
        if (metric.Note is not null) json.WriteString("note", metric.Note);
        json.WriteStartArray("samples");
        foreach (var sample in metric.Samples)
        {
            json.WriteStartObject();
            json.WriteString("variant", sample.Variant);
            Write(json, sample.Sample);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("comparisons");
        foreach (var comparison in metric.Comparisons)
        {
            json.WriteStartObject();
            json.WriteString("variant", comparison.Variant);
            Write(json, comparison.Sample);
            Write(json, "difference", comparison.Difference);
            if (comparison.Note is not null) json.WriteString("note", comparison.Note);
            Write(json, "student", comparison.Student);
            Write(json, "welch", comparison.Welch);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, Sample sample)
    {
        json.WriteNumber("n", sample.N);
        Write(json, "mean", sample.Mean);
        Write(json, "sd", sample.Sd);
    }

    static void Write(Utf8JsonWriter json, string name, TTest? test)
    {
        if (test is null) return;
        json.WriteStartObject(name);
        Write(json, "t", test.T);
        Write(json, "df", test.Df);
        Write(json, "p", test.P);
        Write(json, "low", test.Low);
        Write(json, "high", test.High);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
    }
}
