using System.CommandLine;
using System.Globalization;
using Alignment.MLNet.Masks;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Runtime;
using Alignment.Runner.Cli;
using Alignment.Transforms.Masks;
using Spectre.Console;
using static Alignment.Runner.Cli.CountText;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment masks</c>: where the product is in every still, by its name.</summary>
sealed class MasksCommand : RunnerCommand
{
    static readonly MaskOptions s_defaults = new();

    readonly Option<string> _data = Flags.Data();
    readonly Option<string?> _model = Flags.Model();
    readonly Option<string[]> _videos = Flags.Videos();
    readonly Option<bool> _force = new("--force") { Description = "Replace masks that are there already, your own included. Without it no mask is ever touched." };
    readonly Option<float> _threshold = new("--threshold") { Description = "Probabilities above this are product; lower takes in more.", DefaultValueFactory = _ => s_defaults.Mask.Threshold };
    readonly Option<bool> _refine = new("--refine") { Description = "Fit the masks to the edges in the pictures (guided filter)." };
    readonly Option<int> _components = new("--largest-components") { Description = "Keep only so many connected pieces of a mask, the largest; 0 keeps all.", HelpName = "N", DefaultValueFactory = _ => s_defaults.Mask.LargestComponents };
    readonly Option<string[]> _prompts = new("--prompt") { Description = $"What the model is asked; {KeywordMaskOptions.KeywordPlaceholder} stands for the product's name. Repeated, the answers are averaged. By default {string.Join(" and ", s_defaults.Mask.Prompts.Select(p => $"'{p}'"))}.", HelpName = "TEXT", DefaultValueFactory = _ => [] };
    readonly Option<string[]> _synonyms = new("--synonym") { Description = "Another word for a keyword, asked for as well: KEYWORD=WORD. May be repeated.", HelpName = "KEYWORD=WORD", DefaultValueFactory = _ => [] };
    readonly Option<bool> _noSoft = new("--no-soft") { Description = "Do not keep the probabilities (scene_{n}.soft.png)." };
    readonly Option<bool> _noSheets = new("--no-sheets") { Description = "Draw no contact sheets." };
    readonly Option<string?> _report = new("--report") { Description = "Gets masks.csv, masks.json and a contact sheet of every video; mask_report in the data folder by default.", HelpName = "DIR" };
    readonly Option<string> _device = new("--device") { Description = "What runs the model: cpu, cuda, cuda:N, dml, dml:N. Fails when it is not there.", DefaultValueFactory = _ => s_defaults.Device.ToString() };

    public MasksCommand(Terminal terminal) : base(terminal, "masks",
        "Finds the product that keywords.csv names in every still and writes keyword_masks/{video_id}/scene_{n}.png, with a report and contact sheets to look at. Masks that are there already are never touched; stopped at any moment, it continues.",
        "alignment masks --data data --model models/sd15",
        "alignment masks --data data --model models/sd15 --threshold 0.4 --largest-components 1 --refine",
        "alignment masks --data data --model models/sd15 --synonym phone=smartphone --video phone_ad --force")
    {
        foreach (Option option in new Option[] { _data, _model, _videos, _force, _threshold, _refine, _components, _prompts, _synonyms, _noSoft, _noSheets, _report, _device }) Add(option);
        Validators.Add(typed =>
        {
            foreach (string synonym in typed.GetValue(_synonyms) ?? [])
                if (synonym.Split('=') is not [{ Length: > 0 }, { Length: > 0 }]) typed.AddError($"--synonym: found '{SafePath.Shorten(synonym)}', expected KEYWORD=WORD.");
        });
    }

    public override string Again(ParseResult parse) => ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        ModelBundle bundle = ModelBundle.Open(parse.GetValue(_model) ?? BundledModels.Tiny);
        string[] prompts = parse.GetValue(_prompts)!;
        var options = new MaskOptions
        {
            Mask = s_defaults.Mask with
            {
                Threshold = parse.GetValue(_threshold),
                Refine = parse.GetValue(_refine),
                LargestComponents = parse.GetValue(_components),
                Prompts = prompts.Length > 0 ? prompts : s_defaults.Mask.Prompts,
                Synonyms = parse.GetValue(_synonyms)!.Select(s => s.Split('=')).GroupBy(s => s[0], StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(s => s[1])], StringComparer.OrdinalIgnoreCase),
            },
            Videos = parse.GetValue(_videos)!,
            Force = parse.GetValue(_force),
            Soft = !parse.GetValue(_noSoft),
            Sheets = !parse.GetValue(_noSheets),
            Report = parse.GetValue(_report) ?? "",
            Device = Device.Parse(parse.GetValue(_device)!),
        };
        MaskResult report = Watch(progress => MaskJob.Run(parse.GetValue(_data)!, bundle, options, progress, stop));
        if (WantsJson(parse)) terminal.WriteJson(report);
        else Print(report, terminal.Out);
        return report.HasFailures ? ExitCodes.BadData : ExitCodes.Ok;
    }

    internal static void Print(MaskResult report, IAnsiConsole to)
    {
        to.WriteLine($"{N(report.Scenes)} scenes of {N(report.Videos)} videos: {N(report.Made)} masks made now, {N(report.UpToDate)} up to date, {N(report.Existing)} already there and left alone.");
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The product covers {100 * report.MeanArea:0.0} % on average; {N(report.Empty)} masks are empty, {N(report.Full)} full. By the model {report.ModelHash[..12]}."));
        to.WriteLine($"Look at the sheets in {report.ReportFolder}");
        foreach (var problem in report.Problems) to.WriteLine($"{SafePath.Shorten(problem.VideoId ?? Path.GetFileName(problem.Path))}{(problem.SceneNumber is { } n ? string.Create(CultureInfo.InvariantCulture, $" scene {n}") : "")}: {SafePath.Shorten(problem.Message, 400)}");
        if (report.Existing > 0) to.WriteLine("Masks that are already there stay as they are; --force makes them anew.");
    }
}
