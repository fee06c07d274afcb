using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention;

namespace Alignment.Runner.Commands.Variants;

sealed class VariantsCommand : RunnerCommand
{
    readonly Option<string> _data = Flag.Data();
    readonly Option<string> _out = Flag.Out($"Gets {VariantFiles.Folder}/{{video_id}}/{{variant}}/….");
    readonly VariantFlags _flags;

    public VariantsCommand(Terminal terminal) : base(terminal, "variants",
        $"Makes the {NumberWords.Of(Variant.All.Count)} attention variants of every scene: heatmaps for people (JPEG) and for the edit "
        + $"(float32), tables, statistics.",
        "alignment variants --data data --out out",
        "alignment variants --data data --out out --size 640x384 --preserve-mass",
        "alignment variants --data data --out out --video bottle_ad --boost-alpha 2")
    {
        Parameters((_data, "data"), (_out, "output"));
        _flags = new(this);
    }

    public override string Again(ParseResult parse) => ItContinues;

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        var result = Watch(progress => VariantJob.Run(parse.GetValue(_data)!, parse.GetValue(_out)!, _flags.Read(parse), progress,
            cancellationToken));
        return Show(parse, terminal, result, VariantTable.Print);
    }
}
