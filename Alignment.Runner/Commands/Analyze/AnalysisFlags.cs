using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.Runner.Commands.Plan;

namespace Alignment.Runner.Commands.Analyze;

sealed class AnalysisFlags : Flags<AnalysisOptions>
{
    readonly InputFlags _inputs;
    readonly PlanFlags _planned;

    public AnalysisFlags(RunnerCommand command) : base(command, new())
    {
        _inputs = new(command);
        _planned = new(command);
        BindList("--metric", o => o.Metrics, "Only this metric (column, or NUMERATOR/DENOMINATOR); may be repeated.", "NAME",
            names => names);
        BindList("--ratio", o => o.Ratios,
            "NUMERATOR/DENOMINATOR: columns of counts, compared by video. clicks/impressions and conversions/clicks are found by "
                + "themselves. May be repeated.", "N/D", typed => [.. typed.Select(Ratio)]);
        Bind("--sequential", o => o.Sequential, "Always-valid intervals as well: right however often one looks, and wider.");
        Bind("--seed", o => o.Seed, "Of the bootstrap, and of the sample of rows that stands for too many.", "N");
        Rare(Bind("--resamples", o => o.Resamples, "Of the bootstrap; 0 leaves it out.", "N"));
        Bind("--bootstrap-rows", o => o.BootstrapRows, "The bootstrap is left out where two variants have more rows.", "N");
        Bind("--max-values", o => o.MaxValues, "Values of a metric held for tests of ranks; of more, a seeded sample.", "N");
        Bind("--max-cells", o => o.MaxCells, "Videos × variants × metrics held for analyses by video; with more these are left out.", "N");
        BindText("--decimal", o => o.Decimals, "How decimals are written: point or comma; found out by default.", "MARK", Decimals);
        Bind("--unit", o => o.UnitColumn, "The column whose values are the units of analyses by video.", "COLUMN");
        BindText("--assigned", o => o.Assigned,
            "The column whose values were assigned to variants (participant_id, video_id), or 'row': sample-ratio mismatch is tested on "
                + "its different values. By default the plan's unit; else participants, if there are any; else videos, if each has one "
                + "variant; else rows.", "COLUMN",
            column => column);
        Rare(Bind("--threads", o => o.Threads, "Threads that read; 0 for as many as there are processors. Results do not depend on it.",
            "N"));
    }

    sealed class InputFlags : Flags<AnalysisInputs>
    {
        public InputFlags(RunnerCommand command) : base(command, new())
        {
            BindText("--plan", o => o.PlanFile,
                "The plan of 'alignment assign': obeyed and quoted; what it names is marked as pre-registered, everything else as "
                + "explored.", "FILE", x => x);
            BindText("--plan-sha256", o => o.PlanSha256, "The hash the plan had when it was published; by default that in FILE.sha256.",
                "HEX", x => x);
            BindText("--dose", o => o.DoseFile,
                "Measured doses: the run's folder or what 'alignment dose' wrote there, or a CSV with variant,dose or "
                + "video_id,variant,dose.", "FILE", x => x);
            BindText("--predictor", o => o.DosePredictor,
                "The predictor of attention whose doses count; the first in the table by default.", "NAME", x => x);
        }
    }

    public AnalysisInputs Inputs(ParseResult parse) => _inputs.Read(parse);

    public override AnalysisOptions Read(ParseResult parse, AnalysisOptions? from = null)
    {
        if (Inputs(parse).PlanFile is { } plan) _planned.RefuseBeside(parse, plan);
        return base.Read(parse, _planned.Read(parse, from));
    }

    static DecimalMark? Decimals(string text) => text.ToLowerInvariant() switch
    {
        "point" => DecimalMark.Point,
        "comma" => DecimalMark.Comma,
        var other => throw UsageException.For("--decimal", $"'{SafePath.Shorten(other)}'", "point or comma",
            "Leave it out to have it found."),
    };

    static CountRatio Ratio(string text)
    {
        int at = text.IndexOf('/', StringComparison.Ordinal);
        return at > 0 && at < text.Length - 1 ? new(text[..at].Trim(), text[(at + 1)..].Trim())
            : throw UsageException.For("--ratio", $"'{SafePath.Shorten(text)}'", "NUMERATOR/DENOMINATOR",
            "Write --ratio clicks/impressions.");
    }
}
