using System.CommandLine;
using Alignment.MLNet.Pipelines;
using Alignment.Runner.Cli;
using Spectre.Console;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment demo</c>: the whole job for someone without data.</summary>
sealed class DemoCommand : RunnerCommand
{
    static readonly DemoOptions s_defaults = new();

    readonly Option<string> _out = new("--out") { Description = "Gets everything.", HelpName = "DIR", DefaultValueFactory = _ => "demo" };
    readonly Option<int> _ads = new("--ads") { Description = "How many ads are drawn, each with another product.", DefaultValueFactory = _ => s_defaults.Ads };
    readonly Option<ulong> _seed = new("--seed") { Description = "Decides what is drawn and the noise of the edits.", DefaultValueFactory = _ => s_defaults.Seed };
    readonly Option<string?> _model = Flags.Model();

    public DemoCommand(Terminal terminal) : base(terminal, "demo",
        "Draws short ads with a moving product, runs the whole job on them with the bundled model, and ends with a SIMULATED engagement study with known effects and a report: about a minute on two cores. The bundled model knows such drawings and nothing else.",
        "alignment demo",
        "alignment demo --out demo --ads 2 --seed 7",
        "alignment demo --model models/sd15 --out demo-sd15")
    {
        foreach (Option option in new Option[] { _out, _ads, _seed, _model }) Add(option);
    }

    public override string Again(ParseResult parse) => ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        var options = new DemoOptions { Ads = parse.GetValue(_ads), Seed = parse.GetValue(_seed), Model = parse.GetValue(_model) };
        var result = Watch(progress => DemoJob.Run(parse.GetValue(_out)!, options, progress, stop));
        if (WantsJson(parse))
        {
            terminal.WriteJson(result);
        }
        else
        {
            RunSummary.Print(result.Run, terminal.Out);
            terminal.OutputWriter.WriteLine($"  {"drawn ads",-14} {result.DataFolder}");
            if (result.SimulatedStudy is { } study) terminal.OutputWriter.WriteLine($"  {"SIMULATED",-14} {study}   (the engagement: random numbers with planted effects, no viewers)");
            if (options.Model is null) terminal.Out.WriteLine("The bundled model knows drawings only. For real footage import a real one with 'alignment models import'.");
        }
        return result.Run.HasFailures ? ExitCodes.BadData : ExitCodes.Ok;
    }
}
