using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Graph;

static class WeightCheck
{
    const int MostNames = 20;

    /// <summary>
    /// Reports all differences at once; with <paramref name="exact"/> also the names left over, but for the <paramref name="ignored"/>.
    /// </summary>
    public static void Demand(string model, IReadOnlyCollection<WeightInfo> wanted, IWeights there,
        bool exact = false, Func<string, bool>? ignored = null)
    {
        List<string> missing = [], wrong = [], leftOver = [];
        foreach (WeightInfo want in wanted)
        {
            if (!there.Infos.TryGetValue(want.Name, out WeightInfo? have)) missing.Add(want.Name);
            else if (!have.Shape.SequenceEqual(want.Shape)) wrong.Add($"{want.Name} is {have.Sides} instead of {want.Sides}");
            else if (!have.Type.IsReadable()) wrong.Add($"{want.Name} holds {have.Type} numbers instead of F32, F16 or BF16");
        }
        if (exact)
        {
            var known = wanted.Select(w => w.Name).ToHashSet();
            leftOver.AddRange(there.Infos.Keys.Where(n => !known.Contains(n) && ignored?.Invoke(n) != true).Order(StringComparer.Ordinal));
        }
        if (missing.Count + wrong.Count + leftOver.Count == 0) return;
        string[] lists = [List("missing", missing), List("wrong shape or type", wrong), List("not part of the model", leftOver)];
        throw BadDataException.For($"The weights of '{model}'", string.Join("; ", lists.Where(t => t.Length > 0)),
            $"the {wanted.Count} tensors of its configuration", "Check that config.json and the weights belong together.");
    }

    static string List(string what, List<string> names)
    {
        string shown = string.Join(", ", names.Take(MostNames).Select(n => SafePath.Shorten(n, 160)));
        return names.Count == 0 ? "" : $"{names.Count} {what} ({shown}{(names.Count > MostNames ? ", …" : "")})";
    }

    public static IReadOnlyList<WeightInfo> WeightInfos(this ModelGraph graph) =>
        [.. graph.Weights.Select(w => new WeightInfo(w.Name, w.Type == ElementType.Float16 ? WeightType.F16 : WeightType.F32,
        w.Shape.Numbers))];
}
