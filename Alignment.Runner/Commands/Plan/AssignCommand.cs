using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;

namespace Alignment.Runner.Commands.Plan;

sealed class AssignCommand : RunnerCommand
{
    const string Videos = "video_scene_cuts";

    readonly Option<string?> _units = Flag.Maybe("--units", "FILE", "CSV with video_id or participant_id (or one id a line).");
    readonly Option<string?> _data = Flag.Maybe("--data", "DIR", "A data folder: its videos are assigned.");
    readonly Option<int?> _count = new("--count") { Description = "So many participants, named p1, p2, …", HelpName = "N" };
    readonly Option<string?> _blockBy = Flag.Maybe("--block-by", "COLUMN",
        "A column of --units (region, product): each of its values is balanced by itself.");
    readonly Option<string?> _unit = Flag.Maybe("--unit", "WHAT", "What is assigned: video or participant; by the ids' column by default.");
    readonly Option<ulong> _seed = new("--seed")
    {
        Description = "Equal seeds give equal assignments.",
        HelpName = "N",
        DefaultValueFactory = _ => new AssignmentOptions().Seed
    };
    readonly Option<string?> _recorded = Flag.Maybe("--plan", "FILE",
        "Nothing is assigned: this plan, edited, is checked, and its hash recorded anew. Before the data come in.");
    readonly Option<string?> _out = Flag.Maybe("--out", "DIR", $"Where {Assignment.CsvFile}, {Assignment.PlanName} and its hash go.");
    readonly Option<string> _title = new("--title") { Description = "Of the study.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
    readonly Option<string[]> _metrics = new("--metric")
    {
        Description = "A metric the hypotheses are about; may be repeated.",
        HelpName = "NAME",
        DefaultValueFactory = _ => ["CTR"]
    };
    readonly Option<long?> _rows = new("--rows-per-variant")
    {
        Description =
        "Rows of each variant at which the experiment ends (see 'alignment power').",
        HelpName = "N"
    };
    readonly Option<bool> _sequential = Flag.Switch("--sequential",
        "The experiment may be looked at, and ended, at any time: always-valid intervals answer.");
    readonly Option<bool> _force = Flag.Switch("--force", "Replaces another assignment or plan that is there.");
    readonly PlanFlags _plan;

    public AssignCommand(Terminal terminal) : base(terminal, "assign",
        "Assigns videos or participants to variants: balanced, random, seeded, block by block. Writes the assignment, and a plan of the "
        + "analysis (hypotheses, metrics, correction, margins, stopping rule) with its hash, which 'alignment analyze --plan' obeys. The "
        + "plan may be edited until the data come in; --plan records its hash then. Publish the hash: then everybody can see that it "
        + "came first.",
        "alignment assign --count 2800 --metric CTR --margin CTR=0.002 --rows-per-variant 400 --out study",
        "alignment assign --plan study/plan.json                                    # edited by hand: its hash is recorded",
        "alignment assign --units participants.csv --block-by region --share baseline=2 --out study",
        "alignment assign --data data --metric CTR --metric watch_time --sequential --tuning 5000 --out study")
    {
        Parameters((_units, "path"), (_data, "data"), (_count, "count"), (_blockBy, "blockBy"), (_unit, nameof(AnalysisPlan.Unit)),
            (_out, "folder"),
            (_title, nameof(AnalysisPlan.Title)), (_metrics, nameof(AnalysisPlan.Metrics)), (_rows, nameof(Stopping.RowsPerVariant)),
            (_sequential, "sequential"), (_force, "force"), (_recorded, "plan"), (_seed, nameof(AssignmentOptions.Seed)));
        _plan = new(this);
    }

    protected override int Run(ParseResult parse, Terminal terminal, CancellationToken cancellationToken)
    {
        if (parse.GetValue(_recorded) is { } edited) return Record(edited, parse, terminal);
        if (parse.GetValue(_out) is not { } folder) throw UsageException.For("--out", "nothing", "a folder for the assignment and the plan",
            "Give --out DIR.");
        if (parse.GetValue(_rows) is { } end and < 2)
            throw UsageException.For("--rows-per-variant", N(end), "2 or more", "'alignment power' tells how many.");
        if (parse.GetValue(_metrics)!.Any(string.IsNullOrWhiteSpace))
            throw UsageException.For("--metric", "an empty name", "a column of the data", "Name the metric.");
        var (units, column) = Units(parse);
        AnalysisOptions analysis = _plan.Read(parse);
        string[] metrics = parse.GetValue(_metrics)!;
        if (analysis.Margins.FirstOrDefault(m => !metrics.Contains(m.Metric)) is { } margin)
            throw UsageException.For("--margin", $"one of '{SafePath.Shorten(margin.Metric)}'",
                $"of one of the metrics ({string.Join(", ", metrics.Select(m => SafePath.Shorten(m, 40)))})",
                $"Add --metric {SafePath.Shorten(margin.Metric, 40)}, or correct the margin.");
        analysis.Check();
        var options = new AssignmentOptions
        {
            Variants = analysis.Variants,
            Seed = parse.GetValue(_seed),
            Shares = (analysis.Shares ?? new Dictionary<string, double>()).Where(s => s.Value != 1)
                .ToDictionary(s => s.Key, s => s.Value == Math.Floor(s.Value) && s.Value <= 100 ? (int)s.Value
                : throw UsageException.For("--share", $"{s.Value}", "a whole number up to 100",
                "Multiply all shares.")),
        };
        IReadOnlyList<(AssignedUnit Unit, string Variant)> assigned = Assignment.Of(units, options);
        bool force = parse.GetValue(_force);
        string csv = Path.Combine(folder, Assignment.CsvFile), planFile = Path.Combine(folder, Assignment.PlanName);
        byte[] made = Assignment.Bytes(assigned, column);
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(made));
        AnalysisPlan plan = new AnalysisPlan
        {
            Title = parse.GetValue(_title)!,
            Unit = column == "participant_id" ? "participant" : "video",
            Baseline = analysis.Baseline,
            Variants = analysis.Variants,
            Shares = analysis.Shares,
            Metrics = metrics,
            Test = analysis.Test,
            Correction = analysis.Correction,
            Confidence = analysis.Confidence,
            Covariates = analysis.Covariates,
            Margins = analysis.Margins,
            Stopping = new(parse.GetValue(_sequential) || analysis.Test == PrimaryTest.Sequential ? StoppingRule.Sequential
                : StoppingRule.Fixed, parse.GetValue(_rows), analysis.SequentialTuning),
            Assignment = new(Assignment.CsvFile, hash, options.Seed, units.Count, Assignment.BlockSize(options)),
        }.WithUsualHypotheses();
        // Both or none.
        if (!force) PlanFile.RefuseOther(planFile, plan);
        Assignment.Write(csv, made, force);
        string sha = PlanFile.Write(planFile, plan, force);
        PlanFile.Read(planFile);   // what is written can be read
        if (WantsJson(parse)) terminal.WriteJson(new
        {
            plan,
            plan_sha256 = sha,
            assignment_sha256 = hash,
            counts = assigned.GroupBy(a => a.Variant).ToDictionary(g => g.Key, g => g.Count())
        });
        else Print(plan, assigned, Path.GetFullPath(folder), sha, terminal.Out);
        return ExitCodes.Ok;
    }

    int Record(string file, ParseResult parse, Terminal terminal)
    {
        foreach (Option option in Options.Where(o => o != _recorded && o is not System.CommandLine.Help.HelpOption))
            if (parse.GetResult(option) is { Implicit: false })
                throw UsageException.For(option.Name, "given with --plan", "--plan alone", "What the plan says is edited in its file.");
        PlanFile plan = PlanFile.Record(file);
        if (WantsJson(parse)) terminal.WriteJson(new { plan = plan.Plan, plan_sha256 = plan.Sha256 });
        else
        {
            foreach (PlannedHypothesis h in plan.Plan.Hypotheses)
                terminal.Out.WriteLine($"{SafePath.Shorten(h.Id, 40)}: {SafePath.Shorten(h.Statement, 200)}");
            terminal.Out.WriteLine($"SHA-256 of the plan, recorded beside it and to publish: {plan.Sha256}");
        }
        return ExitCodes.Ok;
    }

    (IReadOnlyList<AssignedUnit> Units, string Column) Units(ParseResult parse)
    {
        string? file = parse.GetValue(_units), data = parse.GetValue(_data), unit = parse.GetValue(_unit)?.ToLowerInvariant();
        int? count = parse.GetValue(_count);
        if (new[] { file is not null, data is not null, count is not null }.Count(x => x) != 1)
            throw UsageException.For("The units", "none, or several of --units, --data and --count", "one of the three",
                "Say what is to be assigned.");
        if (unit is not (null or "video" or "participant"))
            throw UsageException.For("--unit", $"'{SafePath.Shorten(unit)}'", "video or participant", "It names the ids' column.");
        if (parse.GetValue(_blockBy) is not null && file is null)
            throw UsageException.For("--block-by", "without --units", "a file with that column", "Give --units FILE.");
        if (count is { } n)
        {
            if (n is < 1 or > 10_000_000) throw UsageException.For("--count", N(n), "1 to 10,000,000", "Give the number of participants.");
            return ([.. Enumerable.Range(1, n).Select(i => new AssignedUnit(Invariant($"p{i}")))],
                unit == "video" ? "video_id" : "participant_id");
        }
        if (data is not null)
        {
            string root = Directory.Exists(Path.Combine(data, Videos)) ? Path.Combine(data, Videos) : Path.Combine(data, "data", Videos);
            if (!Directory.Exists(root)) throw BadDataException.For($"The data folder '{SafePath.Shorten(data, 200)}'", $"no {Videos}",
                "a data folder", "Check the path.");
            return ([.. Directory.GetDirectories(root).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)
                .Select(v => new AssignedUnit(v))], "video_id");
        }
        string first = File.Exists(file) ? File.ReadLines(file).FirstOrDefault() ?? "" : "";
        string column = unit is not null ? unit + "_id" : first.Contains("participant", StringComparison.OrdinalIgnoreCase)
            ? "participant_id" : "video_id";
        return (Assignment.ReadUnits(file!, column, parse.GetValue(_blockBy)), column);
    }

    static void Print(AnalysisPlan plan, IReadOnlyList<(AssignedUnit Unit, string Variant)> assigned, string folder, string sha,
        IAnsiConsole to)
    {
        var table = Tables.Of("variant", plan.Unit + "s");
        foreach (string variant in plan.Variants) table.Row(variant, N(assigned.Count(a => a.Variant == variant)));
        to.Write(table);
        foreach (PlannedHypothesis h in plan.Hypotheses) to.WriteLine($"{h.Id}: {SafePath.Shorten(h.Statement, 200)}");
        to.WriteLine($"Assignment and plan: {folder}");
        to.WriteLine($"SHA-256 of the plan, to publish: {sha}");
        if (plan.Stopping is { Rule: StoppingRule.Fixed, RowsPerVariant: null })
            to.WriteLine(
                "The plan has no end: --rows-per-variant says when the experiment stops, --sequential that it may stop at any time.");
    }
}
