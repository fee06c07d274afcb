using System.CommandLine;
using Alignment.Runner.Cli;
using Alignment.Runner.Commands;
using Alignment.Runner.Commands.Models;

namespace Alignment.Runner;

/// <summary>The commands, in the order of the job.</summary>
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
