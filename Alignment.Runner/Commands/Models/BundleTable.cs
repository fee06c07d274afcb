using Alignment.Onnx.Bundles;

namespace Alignment.Runner.Commands.Models;

static class BundleTable
{
    public static void Print(BundleInspection seen, IAnsiConsole to)
    {
        var m = seen.Manifest;
        var facts = new Grid().AddColumns(2);
        void Fact(string name, string value) => facts.AddRow(new Text(name), new Text(value));
        Fact("folder", seen.Folder);
        Fact("hash", seen.Hash);
        Fact("family", $"{m.Family}, {m.PredictionType} prediction, pictures in multiples of {N(m.ImageMultiple)}, control of "
            + $"{N(m.ControlChannels)} channels");
        Fact("size", $"{N(seen.Bytes)} bytes, {N(seen.Parameters)} parameters");
        Fact("precision", m.Precision ?? "float32");
        Fact("licence", m.License);
        Fact("origin", m.Origin);
        if (m.Recommended is { } r)
            Fact("recommended", string.Join(", ", new[]
            {
                r.Guidance is { } g ? Invariant($"guidance {g}") : null,
                r.Strength is { } s ? Invariant($"strength {s}") : null,
            }.Where(t => t is not null)));
        if (m.Note.Length > 0) Fact("note", m.Note);
        foreach (string assumed in seen.Assumptions) Fact("assumed", assumed);
        to.Write(facts);

        var models = Tables.Of("model", "parameters", "bytes", "weights", "inputs", "outputs").Title("models");
        foreach (var model in seen.Models)
            models.Row(model.File, N(model.Parameters), N(model.Bytes), model.WeightType, Ports(model.Inputs), Ports(model.Outputs));
        to.Write(models);

        var files = Tables.Of("file", "bytes", "sha-256").Title("files");
        foreach (var file in seen.Files) files.Row(file.Name, N(file.Bytes), file.Sha256 ?? "not recorded");
        to.Write(files);
    }

    static string Ports(IReadOnlyList<Onnx.Runtime.OnnxValue> ports) =>
        string.Join('\n', ports.Select(p => $"{p.Name} {p.Type} {p.Shape}"));
}
