using Alignment.Onnx.Bundles;

namespace Alignment.Runner.Commands.Models;

sealed class ModelsInspectCommand : RunnerCommand
{
    readonly Argument<string> _bundle = new("BUNDLE")
    {
        Description = "The bundle's folder; the bundled tiny model by default.",
        Arity = ArgumentArity.ZeroOrOne
    };
    readonly Option<bool> _verify = Flag.Switch("--verify", "Read every byte and compare it with the recorded hashes.");

    public ModelsInspectCommand(Terminal terminal) : base(terminal, "inspect",
        "Shows what a model bundle holds, without running it.",
        "alignment models inspect models/sd15",
        "alignment models inspect models/sd15 --verify",
        "alignment models inspect --json")
    {
        Add(_bundle);
        Parameters((_verify, "verify"));
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        var bundle = ModelBundle.Open(parse.GetValue(_bundle) ?? BundledModels.Tiny);
        if (parse.GetValue(_verify)) Watch(progress => { bundle.Verify(progress, cancellationToken); return 0; });
        var seen = bundle.Inspect();
        return Show(parse, terminal, seen, BundleTable.Print);
    }
}
