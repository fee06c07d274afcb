using Alignment.MLNet.Editing;
using Alignment.MLNet.Variants;
using Alignment.Onnx.Bundles;

namespace Alignment.Runner.Commands.Edit;

sealed class EditCommand : RunnerCommand
{
    readonly Option<string> _data = Flag.Data();
    readonly Option<string> _variants = Flag.Needed("--variants", "DIR", $"The {VariantFiles.Folder} folder, or the folder that holds it.");
    readonly Option<string?> _model = Flag.Model();
    readonly Option<string> _out = Flag.Out("Gets edited_scenes/{variant}/{video_id}/{scene_id}.png, .jpg and .json.");
    readonly JobFlags _job;
    readonly EditFlags _edit;

    public EditCommand(Terminal terminal) : base(terminal, "edit",
        "Re-renders every scene under every variant's control with Stable Diffusion and the ControlNet; the background stays bit for bit "
            + "what it was. Stopped at any moment, it continues.",
        "alignment edit --data data --variants out --model models/sd15 --out out",
        "alignment edit --data data --variants out --model models/sd15 --out out --steps 30 --strength 0.5 --seed 7",
        "alignment edit --data data --variants out --model models/sd15 --out out --device cuda:0 --batch auto",
        "alignment edit --data data --variants out --model models/sd15 --out out --video spot_1 --preview 3 --timings seconds.csv")
    {
        Parameters((_data, "data"), (_variants, "variants"), (_model, "model"), (_out, "output"));
        _job = new(this);
        _edit = new(this);
    }

    sealed class JobFlags : Flags<EditJobOptions>
    {
        public JobFlags(RunnerCommand command) : base(command, new())
        {
            BindVideos(o => o.Videos);
            Bind("--preview", o => o.PreviewEvery,
                $"Draw a preview of each edit's denoising, the predicted picture once in so many steps, in "
                    + $"{EditedFolder.Name}/{EditedFolder.Previews}. Only of edits that are computed now; 0 for none.", "STEPS");
            Bind("--ahead", o => o.Ahead,
                "Scenes read ahead and written behind while one is denoised; 0 does one thing after the other and needs the least "
                + "memory.", "SCENES");
            BindText("--timings", o => o.TimingsFile, "A CSV for the seconds of every edit computed now.", "FILE", file => file);
        }
    }

    public override string Again(ParseResult parse) => ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        var bundle = ModelBundle.Open(parse.GetValue(_model) ?? BundledModels.Tiny);
        var variants = VariantSet.Open(parse.GetValue(_variants)!, parse.GetValue(_data)!);
        var options = _job.Read(parse) with { Edit = _edit.Read(parse) };
        var result = Watch(progress => EditJob.Run(variants, bundle, parse.GetValue(_out)!, options, progress, cancellationToken));
        return Show(parse, terminal, result, Print);
    }

    static void Print(EditResult result, IAnsiConsole to)
    {
        var c = result.Counts;
        to.WriteLine($"{N(c.Outputs)} pictures of {N(c.Scenes)} scenes from {N(c.Edits)} edits, one per distinct control "
            + $"({N(result.EditsMade)} computed now; "
            + $"{N(c.NothingToEdit)} without product needed no model; {N(c.Copied)} pictures share another variant's edit).");
        if (result.Timing is { } t)
            to.WriteLine(
                Invariant($"{t.EditsPerSecond:0.##} edits/s: {t.DenoiseSeconds:0.0} s denoising, and beside it {t.PrepareSeconds:0.0} s "
                    + $"reading and encoding, {t.FinishSeconds:0.0} s decoding and writing, in {t.Seconds:0.0} s."));
        to.WriteLine($"In {result.Folder}, by the model {result.ModelHash[..12]}.");
        foreach (var failure in result.Failures)
            to.WriteLine($"{SafePath.Shorten(failure.SceneId)} could not be edited: {SafePath.Shorten(failure.Reason, 400)}");
    }
}
