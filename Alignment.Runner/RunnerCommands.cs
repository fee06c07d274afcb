using Alignment.Runner.Commands.Assemble;
using Alignment.Runner.Commands.Analyze;
using Alignment.Runner.Commands.Attention;
using Alignment.Runner.Commands.Demo;
using Alignment.Runner.Commands.Doctor;
using Alignment.Runner.Commands.Dose;
using Alignment.Runner.Commands.Edit;
using Alignment.Runner.Commands.Masks;
using Alignment.Runner.Commands.Models;
using Alignment.Runner.Commands.Plan;
using Alignment.Runner.Commands.Prepare;
using Alignment.Runner.Commands.Report;
using Alignment.Runner.Commands.Run;
using Alignment.Runner.Commands.Scenes;
using Alignment.Runner.Commands.Train;
using Alignment.Runner.Commands.Validate;
using Alignment.Runner.Commands.Variants;

namespace Alignment.Runner;

static class RunnerCommands
{
    public static IEnumerable<Command> All(Terminal terminal) =>
    [
        new PrepareCommand(terminal),
        new ScenesCommand(terminal),
        new MasksCommand(terminal),
        new AttentionCommand(terminal),
        new ValidateCommand(terminal),
        new TrainCommand(terminal),
        new RunCommand(terminal),
        new VariantsCommand(terminal),
        new EditCommand(terminal),
        new AssembleCommand(terminal),
        new DoseCommand(terminal),
        new PowerCommand(terminal),
        new AssignCommand(terminal),
        new AnalyzeCommand(terminal),
        new ReportCommand(terminal),
        new ModelsCommand(terminal),
        new DemoCommand(terminal),
        new DoctorCommand(terminal),
    ];
}
