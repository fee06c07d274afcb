using System.CommandLine;
using Alignment.MLNet.Pipelines;
using Alignment.Onnx.Bundles;
using Alignment.Runner.Cli;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment run</c>: the whole job.</summary>
sealed class RunCommand : RunnerCommand
{
    readonly Option<string> _data = Flags.Data();
    readonly Option<string?> _model = Flags.Model();
    readonly Option<string> _out = Flags.Out("Gets everything.");
    readonly Option<string?> _engagement = new("--engagement") { Description = "Engagement data to analyse at the end.", HelpName = "FILE" };
    readonly Option<bool> _noReport = new("--no-report") { Description = "Leaves out the report, the page about the run." };
    readonly VariantFlags _variants;
    readonly EditFlags _edit;
    readonly AssembleFlags _assemble;
    readonly DoseFlags _dose;

    public RunCommand(Terminal terminal) : base(terminal, "run",
        "The whole job: validate, variants, edit, assemble, contact sheets, statistics, dose, analyze where engagement data is given, and the report. Finished work is recognised; stopped at any moment, it continues and ends with the same bytes.",
        "alignment run --data data --model models/sd15 --out out",
        "alignment run --data data --model models/sd15 --out out --source footage --engagement engagement.csv",
        "alignment run --data data --out try --size 128 --steps 10 --max-videos 1      # a quick try with the bundled model")
    {
        foreach (Option option in new Option[] { _data, _model, _out, _engagement, _noReport }) Add(option);
        _variants = new(this, ownSeed: false);
        _edit = new(this);
        _assemble = new(this);
        _dose = new(this, step: true);
    }

    public override string Again(ParseResult parse) => ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        var variants = _variants.Read(parse);
        var edit = _edit.Read(parse);
        var options = new ExperimentOptions
        {
            Width = variants.Width,
            Height = variants.Height,
            Variants = variants with { Seed = edit.Seed },
            Edit = edit,
            Assemble = _assemble.Read(parse),
            SourceFolders = _assemble.Sources(parse),
            Dose = _dose.ReadStep(parse),
            EngagementFile = parse.GetValue(_engagement),
            Report = parse.GetValue(_noReport) ? null : new(),
        };
        string model = parse.GetValue(_model) ?? BundledModels.Tiny;
        var result = Watch(progress => ExperimentJob.Run(parse.GetValue(_data)!, model, parse.GetValue(_out)!, options, progress, stop));
        if (WantsJson(parse)) terminal.WriteJson(result);
        else RunSummary.Print(result, terminal.Out);
        return result.HasFailures ? ExitCodes.BadData : ExitCodes.Ok;
    }
}
