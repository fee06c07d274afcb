using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>What was measured, on what: printed row by row, kept as Markdown.</summary>
sealed class BenchTable
{
    readonly List<(string What, string Value, string How)> _rows = [];
    readonly string _loadBefore = Load();

    /// <summary>Adds and prints a row.</summary>
    public void Add(string what, Phrase value, Phrase how)
    {
        var row = (what, value.ToString(), how.ToString());
        _rows.Add(row);
        Console.WriteLine($"{row.what,-38} {row.Item2,-34} {row.Item3}");
    }

    /// <summary>Writes the table below the machine it was measured on.</summary>
    public void Write(string path, string command)
    {
        var text = new StringBuilder();
        text.Append("# Measured by `").Append(command).Append("`\n\n");
        foreach (string line in Machine()) text.Append("- ").Append(line).Append('\n');
        text.Append("\n| what | measured | how |\n| --- | --- | --- |\n");
        foreach (var (what, value, how) in _rows) text.Append("| ").Append(what).Append(" | ").Append(value).Append(" | ").Append(how)
            .Append(" |\n");
        AtomicFile.WriteBytes(path, Encoding.UTF8.GetBytes(text.ToString()));
        Console.WriteLine();
        foreach (string line in Machine()) Console.WriteLine(line);
        Console.WriteLine($"Written to {path}");
    }

    IEnumerable<string> Machine() =>
    [
        $"{Processor()}, {Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)} cores, "
        + $"{(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30).ToString(CultureInfo.InvariantCulture)} GiB",
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.RuntimeIdentifier}",
        $"{RuntimeInformation.FrameworkDescription}, ONNX Runtime {OrtEnv.Instance().GetVersionString()} on the processor",
        $"Load averages (1, 5, 15 minutes) before {_loadBefore}; after {Load()}",
    ];

    static string Processor()
    {
        const string Model = "model name";
        string? line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(l => l.StartsWith(Model, StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    static string Load() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3))
        : "unknown";
}
