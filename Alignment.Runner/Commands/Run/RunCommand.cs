using Alignment.MLNet.Pipelines;
using Alignment.Onnx.Bundles;
using Alignment.Runner.Commands.Assemble;
using Alignment.Runner.Commands.Dose;
using Alignment.Runner.Commands.Edit;
using Alignment.Runner.Commands.Variants;

namespace Alignment.Runner.Commands.Run;

sealed class RunCommand : RunnerCommand
{
    readonly Option<string> _data = Flag.Data();
    readonly Option<string?> _model = Flag.Model();
    readonly Option<string> _out = Flag.Out("Gets everything.");
    readonly JobFlags _job;
    readonly VariantFlags _variants;
    readonly EditFlags _edit;
    readonly AssembleFlags _assemble;
    readonly DoseFlags _dose;

    public RunCommand(Terminal terminal) : base(terminal, "run",
        "The whole job: validate, variants, edit, assemble, contact sheets, statistics, dose, analyze where engagement data is given, and "
            + "the report. Finished work is recognised; stopped at any moment, it continues and ends with the same bytes.",
        "alignment run --data data --model models/sd15 --out out",
        "alignment run --data data --model models/sd15 --out out --source footage --engagement engagement.csv",
        "alignment run --data data --out try --size 128 --steps 10 --max-videos 1      # a quick try with the bundled model")
    {
        Parameters((_data, "data"), (_model, "model"), (_out, "output"));
        _job = new(this);
        _variants = new(this, ownSeed: false);
        _edit = new(this);
        _assemble = new(this);
        _dose = new(this, step: true);
        foreach (string side in (string[])[nameof(ExperimentOptions.Width), nameof(ExperimentOptions.Height)])
        {
            Bind("--size", OptionName.Of<ExperimentOptions>(side));
            Bind("--size", OptionName.Of<Transforms.Diffusion.Sampling.EditOptions>(side));
        }
        Bind("--source", OptionName.Of<ExperimentOptions>(nameof(ExperimentOptions.SourceFolders)));
    }

    sealed class JobFlags : Flags<ExperimentOptions>
    {
        public JobFlags(RunnerCommand command) : base(command, new())
        {
            BindText("--engagement", o => o.EngagementFile, "Engagement data to analyse at the end.", "FILE", file => file);
            BindOut("--no-dose", o => o.Dose, "Do not measure how far attention moved.");
            BindOut("--no-report", o => o.Report, "Leaves out the report, the page about the run.");
        }
    }

    public override string Again(ParseResult parse) => ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        var variants = _variants.Read(parse);
        var edit = _edit.Read(parse);
        var job = _job.Read(parse);
        var options = job with
        {
            Width = variants.Width,
            Height = variants.Height,
            Variants = variants with { Seed = edit.Seed },
            Edit = edit,
            Assemble = _assemble.Read(parse),
            SourceFolders = _assemble.Sources(parse),
            Dose = job.Dose is { } dose ? _dose.Read(parse, dose) : null,
        };
        string model = parse.GetValue(_model) ?? BundledModels.Tiny;
        var result = Watch(progress => ExperimentJob.Run(parse.GetValue(_data)!, model, parse.GetValue(_out)!, options, progress,
            cancellationToken));
        return Show(parse, terminal, result, RunTable.Print);
    }
}
