using Alignment.MLNet.Audit;
using Alignment.MLNet.Dataset;

namespace Alignment.Runner.Commands.Validate;

sealed class ValidateCommand : RunnerCommand
{
    readonly Option<string> _data = Flag.Data();
    readonly Option<string?> _out = Flag.Maybe("--out", "FILE", "The CSV to write; valid_scenes.csv in the data folder by default.");
    readonly Option<string?> _report = Flag.Maybe("--report", "DIR",
        "Also write an audit into this folder: a page to look at (audit.html), audit.csv, audit.json and scenes.csv. A name ending in "
            + ".json gets the bare result as JSON instead.");
    readonly Option<bool> _deep = Flag.Switch("--deep",
        "Decode every picture: finds damage inside files, empty masks and blank heatmaps; with --report also copies, masks that are not "
            + "binary, and scenes a boost cannot move.");

    public ValidateCommand(Terminal terminal) : base(terminal, "validate",
        "Checks a data set and writes the scenes that can be used. Exit code 3 when nothing is valid, or when a file is broken (the rest "
        + "is still written).",
        "alignment validate --data data",
        "alignment validate --data data --deep --report audit",
        "alignment validate --data data --out valid_scenes.csv --report validation.json")
    {
        Parameters((_data, "directory"), (_out, "csvPath"), (_report, "folder"), (_deep, nameof(ValidationOptions.Deep)));
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        string data = parse.GetValue(_data)!;
        string? csv = parse.GetValue(_out), to = parse.GetValue(_report);
        bool deep = parse.GetValue(_deep), page = to is not null
            && !Path.GetExtension(to).Equals(".json", StringComparison.OrdinalIgnoreCase);
        if (page && File.Exists(to))
            throw UsageException.For($"--report '{SafePath.Shorten(to)}'", "a file of that name",
                "a folder for the audit, or a name ending in .json for the bare result", "Choose another name.");

        AuditResult? audited = page ? Watch(progress => AuditJob.Run(data, to!, csv, new() { Deep = deep }, progress, cancellationToken))
            : null;
        MLNet.Dataset.ValidationResult report = audited?.Validation
            ?? Watch(progress => ValidationJob.Run(data, csv, to, new() { Deep = deep }, progress, cancellationToken));
        if (WantsJson(parse)) terminal.WriteJson(report, audited is null ? null : ("audit", audited));
        else
        {
            ValidationTable.Print(report, terminal.Out);
            if (audited is not null) AuditTable.Print(audited, terminal.Out);
        }
        return ExitCodes.Of(report);
    }
}
