using System.CommandLine;
using System.Globalization;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Runner.Cli;
using Spectre.Console;
using static Alignment.Runner.Cli.CountText;

namespace Alignment.Runner.Commands.Models;

/// <summary><c>alignment models inspect BUNDLE</c>: sizes, parameters, inputs and outputs, hashes, licence.</summary>
sealed class ModelsInspectCommand : RunnerCommand
{
    readonly Argument<string> _bundle = new("BUNDLE") { Description = "The bundle's folder; the bundled tiny model by default.", Arity = ArgumentArity.ZeroOrOne };
    readonly Option<bool> _verify = new("--verify") { Description = "Read every byte and compare it with the recorded hashes." };

    public ModelsInspectCommand(Terminal terminal) : base(terminal, "inspect",
        "Shows what a model bundle holds, without running it.",
        "alignment models inspect models/sd15",
        "alignment models inspect models/sd15 --verify",
        "alignment models inspect --json")
    {
        Add(_bundle);
        Add(_verify);
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        var bundle = ModelBundle.Open(parse.GetValue(_bundle) ?? BundledModels.Tiny);
        if (parse.GetValue(_verify)) Watch(progress => { bundle.Verify(progress, stop); return 0; });
        var seen = bundle.Inspect();
        if (WantsJson(parse)) terminal.WriteJson(seen);
        else Print(seen, terminal.Out);
        return ExitCodes.Ok;
    }

    internal static void Print(BundleInspection seen, IAnsiConsole to)
    {
        var m = seen.Manifest;
        var facts = new Grid().AddColumns(2);
        void Fact(string name, string value) => facts.AddRow(new Text(name), new Text(value));
        Fact("folder", seen.Folder);
        Fact("hash", seen.Hash);
        Fact("family", $"{m.Family}, {m.PredictionType} prediction, pictures in multiples of {N(m.ImageMultiple)}, control of {N(m.ControlChannels)} channels");
        Fact("size", $"{N(seen.Bytes)} bytes, {N(seen.Parameters)} parameters");
        Fact("precision", m.Precision ?? ModelPrecision.Float32.Text);
        Fact("licence", m.License);
        Fact("origin", m.Origin);
        if (m.Recommended is { } r) Fact("recommended", string.Join(", ", new[] { r.Guidance is { } g ? string.Create(CultureInfo.InvariantCulture, $"guidance {g}") : null, r.Strength is { } s ? string.Create(CultureInfo.InvariantCulture, $"strength {s}") : null }.Where(t => t is not null)));
        if (m.Note.Length > 0) Fact("note", m.Note);
        foreach (string assumed in seen.Assumptions) Fact("assumed", assumed);
        to.Write(facts);

        var models = new Table().Border(TableBorder.Simple).Title("models").AddColumns("model", "parameters", "bytes", "weights", "inputs", "outputs");
        foreach (var model in seen.Models)
            models.AddRow(new Text(model.File), new Text(N(model.Parameters)), new Text(N(model.Bytes)), new Text(model.WeightType), Ports(model.Inputs), Ports(model.Outputs));
        to.Write(models);

        var files = new Table().Border(TableBorder.Simple).Title("files").AddColumns("file", "bytes", "sha-256");
        foreach (var file in seen.Files) files.AddRow(new Text(file.Name), new Text(N(file.Bytes)), new Text(file.Sha256 ?? "not recorded"));
        to.Write(files);
    }

    static Text Ports(IReadOnlyList<Onnx.Runtime.OnnxValue> ports) => new(string.Join('\n', ports.Select(p => $"{p.Name} {p.Type} {p.Shape}")));
}
