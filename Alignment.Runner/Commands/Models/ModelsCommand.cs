namespace Alignment.Runner.Commands.Models;

sealed class ModelsCommand : Command
{
    public ModelsCommand(Terminal terminal) : base("models", "Makes and shows model bundles.")
    {
        Add(new ModelsImportCommand(terminal));
        Add(new ModelsInspectCommand(terminal));
        Add(new ModelsTrainingCommand(terminal));
        this.TeachHelp(
            "alignment models import --from downloads/stable-diffusion-v1-5 --out models/sd15",
            "alignment models inspect models/sd15",
            "alignment models training --model models/sd15");
    }
}
