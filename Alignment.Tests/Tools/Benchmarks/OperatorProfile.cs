using System.Globalization;
using System.Text.Json;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>ONNX Runtime's profile of a session as a table: milliseconds of kernel time per run by operator, the largest first.</summary>
static class OperatorProfile
{
    public sealed record Row(string Operator, int Nodes, double Milliseconds);

    /// <summary>Reads a profile file; the first of its runs warms up and does not count.</summary>
    public static IReadOnlyList<Row> Read(string path, int runs, bool byNode = false)
    {
        using var profile = JsonDocument.Parse(File.ReadAllText(path));
        var times = new Dictionary<string, List<(string Operator, double Microseconds)>>(StringComparer.Ordinal);
        foreach (JsonElement e in profile.RootElement.EnumerateArray())
        {
            if (e.GetProperty("cat").GetString() != "Node" || e.GetProperty("name").GetString() is not { } name
                || !name.EndsWith("_kernel_time", StringComparison.Ordinal)) continue;
            string op = e.GetProperty("args").GetProperty("op_name").GetString()!;
            if (!times.TryGetValue(name, out var list)) times.Add(name, list = []);
            list.Add((op, e.GetProperty("dur").GetDouble()));
        }
        var nodes = times.Select(t => (t.Key, t.Value[0].Operator,
            Ms: t.Value.Skip(t.Value.Count / runs).Average(v => v.Microseconds) / 1000 * Math.Max(1, t.Value.Count / runs)));
        return [.. nodes.GroupBy(n => byNode ? n.Key : n.Operator).Select(g => new Row(g.Key, g.Count(), g.Sum(n => n.Ms)))
            .OrderByDescending(r => r.Milliseconds)];
    }

    public static void Print(string title, IReadOnlyList<Row> rows, int most = 20)
    {
        double sum = rows.Sum(r => r.Milliseconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}: {sum:f0} ms of kernels a run"));
        foreach (Row row in rows.Take(most)) Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {row.Operator,-46} {row.Nodes,5} nodes {row.Milliseconds,10:f1} ms {row.Milliseconds / sum,7:p1}"));
    }
}
