using Alignment.MLNet.Pipelines;
using Alignment.Runner.Commands.Run;

namespace Alignment.Runner.Commands.Demo;

sealed class DemoCommand : RunnerCommand
{
    readonly Option<string> _out = new("--out") { Description = "Gets everything.", HelpName = "DIR", DefaultValueFactory = _ => "demo" };
    readonly DemoFlags _flags;

    public DemoCommand(Terminal terminal) : base(terminal, "demo",
        "Draws short ads with a moving product, runs the whole job on them with the bundled model, and ends with a SIMULATED engagement "
            + "study with known effects and a report: about a minute on two cores. The bundled model knows such drawings and nothing else.",
        "alignment demo",
        "alignment demo --out demo --ads 2 --seed 7",
        "alignment demo --model models/sd15 --out demo-sd15")
    {
        Parameters((_out, "output"));
        _flags = new(this);
    }

    sealed class DemoFlags : Flags<DemoOptions>
    {
        public DemoFlags(RunnerCommand command) : base(command, new())
        {
            Bind("--ads", o => o.Ads, "How many ads are drawn, each with another product.");
            Bind("--seed", o => o.Seed, "Decides what is drawn and the noise of the edits.");
            BindText("--model", o => o.Model, "The model bundle; the bundled tiny model by default.", "BUNDLE", folder => folder);
        }
    }

    public override string Again(ParseResult parse) => ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        DemoOptions options = _flags.Read(parse);
        var result = Watch(progress => DemoJob.Run(parse.GetValue(_out)!, options, progress, cancellationToken));
        return Show(parse, terminal, result, (r, _) => Print(r, options, terminal));
    }

    static void Print(DemoResult result, DemoOptions options, Terminal terminal)
    {
        RunTable.Print(result.Run, terminal.Out);
        terminal.OutputWriter.WriteLine($"  {"drawn ads",-14} {result.DataFolder}");
        if (result.SimulatedStudy is { } study)
            terminal.OutputWriter.WriteLine(
                $"  {"SIMULATED",-14} {study}   (the engagement: random numbers with planted effects, no viewers)");
        if (options.Model is null)
            terminal.Out.WriteLine(
                "The bundled model knows drawings only. For real footage import a real one with 'alignment models import'.");
    }
}
