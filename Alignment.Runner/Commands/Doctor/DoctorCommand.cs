using Alignment.MLNet.Pipelines;

namespace Alignment.Runner.Commands.Doctor;

sealed class DoctorCommand : RunnerCommand
{
    readonly DoctorFlags _flags;

    public DoctorCommand(Terminal terminal) : base(terminal, "doctor",
        "Checks what the other commands need: .NET, ffmpeg, ONNX Runtime's providers, the model, memory and disk. Exit code 4 when "
        + "something is missing.",
        "alignment doctor",
        "alignment doctor --device cuda:0 --model models/sd15",
        "alignment doctor --json") => _flags = new(this);

    sealed class DoctorFlags : Flags<DoctorOptions>
    {
        public DoctorFlags(RunnerCommand command) : base(command, new())
        {
            BindText("--model", o => o.ModelFolder, "A model bundle to check as well; the bundled one by default.", "BUNDLE",
                folder => folder);
            Bind("--device", o => o.Device, "The device you mean to use: cpu, cuda, cuda:N, dml, dml:N.");
            BindText("--out", o => o.OutFolder, "Where you mean to write; its free space is shown.", "DIR", folder => folder,
                folder => folder);
        }
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        DoctorOptions options = _flags.Read(parse);
        DoctorResult result = DoctorJob.Run(options with { OutFolder = Path.GetFullPath(options.OutFolder) },
            cancellationToken: cancellationToken);
        int code = ExitCodes.Of(result.Checks);
        if (WantsJson(parse)) terminal.WriteJson(new { healthy = code == ExitCodes.Ok, result.Checks });
        else Print(result.Checks, terminal);
        return code;
    }

    static void Print(IReadOnlyList<DoctorCheck> checks, Terminal terminal)
    {
        var table = Tables.Of("", "what", "found", "next step");
        foreach (var check in checks)
        {
            string mark = check.State switch
            {
                DoctorState.Ok => "[green]ok[/]",
                DoctorState.Warning => "[yellow]note[/]",
                _ => "[red]missing[/]"
            };
            table.AddRow(mark, Markup.Escape(check.What), Markup.Escape(check.Found), Markup.Escape(check.NextStep ?? ""));
        }
        terminal.Out.Write(table);
    }
}
