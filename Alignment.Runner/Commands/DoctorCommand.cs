using System.CommandLine;
using Alignment.MLNet.Pipelines;
using Alignment.Runner.Cli;
using Spectre.Console;

namespace Alignment.Runner.Commands;

/// <summary><c>alignment doctor</c>: is everything here that the other commands need?</summary>
sealed class DoctorCommand : RunnerCommand
{
    readonly Option<string?> _model = new("--model") { Description = "A model bundle to check as well; the bundled one by default.", HelpName = "BUNDLE" };
    readonly Option<string> _device = new("--device") { Description = "The device you mean to use: cpu, cuda, cuda:N, dml, dml:N.", DefaultValueFactory = _ => "cpu" };
    readonly Option<DirectoryInfo> _out = new("--out") { Description = "Where you mean to write; its free space is shown.", HelpName = "DIR", DefaultValueFactory = _ => new(".") };

    public DoctorCommand(Terminal terminal) : base(terminal, "doctor",
        "Checks what the other commands need: .NET, ffmpeg, ONNX Runtime's providers, the model, memory and disk. Exit code 4 when something is missing.",
        "alignment doctor",
        "alignment doctor --device cuda:0 --model models/sd15",
        "alignment doctor --json")
    {
        Add(_model);
        Add(_device);
        Add(_out);
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken stop)
    {
        DoctorResult result = DoctorJob.Run(new()
        {
            ModelFolder = parse.GetValue(_model),
            Device = parse.GetValue(_device)!,
            OutFolder = parse.GetValue(_out)!.FullName,
        }, cancel: stop);

        if (WantsJson(parse)) terminal.WriteJson(new { healthy = result.IsHealthy, result.Checks });
        else Print(result.Checks, terminal);
        return result.IsHealthy ? ExitCodes.Ok : ExitCodes.Missing;
    }

    static void Print(IReadOnlyList<DoctorCheck> checks, Terminal terminal)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("", "what", "found", "next step");
        foreach (var check in checks)
        {
            string mark = check.State switch { DoctorState.Ok => "[green]ok[/]", DoctorState.Warning => "[yellow]note[/]", _ => "[red]missing[/]" };
            table.AddRow(mark, Markup.Escape(check.What), Markup.Escape(check.Found), Markup.Escape(check.NextStep ?? ""));
        }
        terminal.Out.Write(table);
    }
}
