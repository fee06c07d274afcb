using Alignment.MLNet.Masks;
using Alignment.Onnx.Bundles;
using Alignment.Transforms.Masks;

namespace Alignment.Runner.Commands.Masks;

sealed class MasksCommand : RunnerCommand
{
    readonly Option<string> _data = Flag.Data();
    readonly Option<string?> _model = Flag.Model();
    readonly MaskFlags _flags;

    public MasksCommand(Terminal terminal) : base(terminal, "masks",
        "Finds the product that keywords.csv names in every still and writes keyword_masks/{video_id}/scene_{n}.png, with a report and "
            + "contact sheets to look at. Masks that are there already are never touched; stopped at any moment, it continues.",
        "alignment masks --data data --model models/sd15",
        "alignment masks --data data --model models/sd15 --threshold 0.4 --largest-components 1 --refine",
        "alignment masks --data data --model models/sd15 --synonym phone=smartphone --video phone_ad --force")
    {
        Parameters((_data, "data"), (_model, "bundle"));
        _flags = new(this);
    }

    sealed class MaskFlags : Flags<MaskOptions>
    {
        public MaskFlags(RunnerCommand command) : base(command, new())
        {
            BindVideos(o => o.Videos);
            Bind("--force", o => o.Force, "Replace masks that are there already, your own included. Without it no mask is ever touched.");
            Bind("--threshold", o => o.Mask.Threshold, "Probabilities above this are product; lower takes in more.");
            Bind("--refine", o => o.Mask.Refine, "Fit the masks to the edges in the pictures (guided filter).");
            Bind("--largest-components", o => o.Mask.LargestComponents,
                "Keep only so many connected pieces of a mask, the largest; 0 keeps all.", "N");
            BindList("--prompt", o => o.Mask.Prompts,
                $"What the model is asked; {KeywordMaskOptions.KeywordPlaceholder} stands for the product's name. Repeated, the answers "
                    + $"are averaged. By default {string.Join(" and ", Defaults.Mask.Prompts.Select(p => $"'{p}'"))}.", "TEXT",
                    prompts => prompts);
            var synonyms = BindList("--synonym", o => o.Mask.Synonyms,
                "Another word for a keyword, asked for as well: KEYWORD=WORD. May be repeated.", "KEYWORD=WORD", Synonyms);
            command.Validators.Add(typed =>
            {
                foreach (string synonym in typed.GetValue(synonyms) ?? [])
                    if (synonym.Split('=') is not [{ Length: > 0 }, { Length: > 0 }])
                        typed.AddError($"--synonym: found '{SafePath.Shorten(synonym)}', expected KEYWORD=WORD.");
            });
            BindOff("--no-soft", o => o.Soft, "Do not keep the probabilities (scene_{n}.soft.png).");
            BindOff("--no-sheets", o => o.Sheets, "Draw no contact sheets.");
            BindText("--report", o => o.Report,
                "Gets masks.csv, masks.json and a contact sheet of every video; mask_report in the data folder by default.", "DIR",
                folder => folder);
            BindDevice(o => o.Device);
        }

        static IReadOnlyDictionary<string, IReadOnlyList<string>> Synonyms(string[] typed) =>
            typed.Select(s => s.Split('=')).GroupBy(s => s[0], StringComparer.OrdinalIgnoreCase)
                .ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(s => s[1])], StringComparer.OrdinalIgnoreCase);
    }

    public override string Again(ParseResult parse) => ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        ModelBundle bundle = ModelBundle.Open(parse.GetValue(_model) ?? BundledModels.Tiny);
        MaskResult result = Watch(progress => MaskJob.Run(parse.GetValue(_data)!, bundle, _flags.Read(parse), progress, cancellationToken));
        return Show(parse, terminal, result, MaskTable.Print);
    }
}
