using System.CommandLine;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;

namespace Alignment.Runner.Cli;

/// <summary>What a plan decides, and what may be said without one: used by <c>analyze</c> and <c>assign</c>.</summary>
sealed class PlanFlags
{
    static readonly AnalysisOptions s_defaults = new();

    readonly Option<string[]> _variants = new("--variant")
    {
        Description = $"A variant's name, in the order of the report; may be repeated. The {NumberWords.Of(Variant.All.Count)} variants by default.",
        HelpName = "NAME",
        DefaultValueFactory = _ => [],
    };
    readonly Option<string> _baseline = new("--baseline") { Description = "The variant every other is compared with.", HelpName = "NAME", DefaultValueFactory = _ => s_defaults.Baseline };
    readonly Option<PrimaryTest> _test = new("--test") { Description = "The test that answers: Welch, Student, Paired (by video), MannWhitney, Sequential (may be looked at any time). All are reported.", DefaultValueFactory = _ => s_defaults.Test };
    readonly Option<string> _correction = new("--correction") { Description = "For the number of comparisons, within each metric and question: holm, bh (false discovery rate), bonferroni, none.", HelpName = "NAME", DefaultValueFactory = _ => "holm" };
    readonly Option<double> _confidence = new("--confidence") { Description = "Of the intervals; tests are at the level 1 − this.", HelpName = "P", DefaultValueFactory = _ => s_defaults.Confidence };
    readonly Option<string[]> _margins = new("--margin") { Description = "METRIC=VALUE: the largest difference that would not matter, for the placebo's equivalence; VALUE in the metric's units, or like 0.2sd in standard deviations of the baseline. May be repeated.", HelpName = "METRIC=VALUE", DefaultValueFactory = _ => [] };
    readonly Option<string[]> _covariates = new("--covariate") { Description = "METRIC=COLUMN: a column measured before the experiment, for CUPED and ANCOVA. A column pre_METRIC is taken by itself. May be repeated.", HelpName = "METRIC=COLUMN", DefaultValueFactory = _ => [] };
    readonly Option<string[]> _shares = new("--share") { Description = "VARIANT=NUMBER: shares that were not equal. May be repeated.", HelpName = "VARIANT=NUMBER", DefaultValueFactory = _ => [] };
    readonly Option<double> _tuning = new("--tuning") { Description = "Rows of two variants together at which always-valid intervals are narrowest.", HelpName = "N", DefaultValueFactory = _ => s_defaults.SequentialTuning };

    public PlanFlags(Command command)
    {
        foreach (Option option in new Option[] { _variants, _baseline, _test, _correction, _confidence, _margins, _covariates, _shares, _tuning }) command.Add(option);
    }

    public IReadOnlyList<string> Variants(ParseResult parse) => parse.GetValue(_variants) is { Length: > 0 } named ? named : s_defaults.Variants;

    public IReadOnlyDictionary<string, double>? Shares(ParseResult parse)
    {
        string[] given = parse.GetValue(_shares)!;
        if (given.Length == 0) return null;
        var shares = Variants(parse).ToDictionary(v => v, _ => 1.0);
        HashSet<string> seen = [];
        foreach (var (name, value) in given.Select(g => NamedValues.Split("--share", g, "VARIANT=NUMBER")))
        {
            if (!shares.ContainsKey(name)) throw UsageException.For("--share", $"'{SafePath.Shorten(name)}'", $"one of {string.Join(", ", shares.Keys)}", "Name a variant.");
            if (!seen.Add(name)) throw UsageException.For("--share", $"'{SafePath.Shorten(name)}' twice", "each variant once", "Remove one.");
            shares[name] = NamedValues.Number("--share", value, "VARIANT=NUMBER");
            if (!(shares[name] > 0)) throw UsageException.For("--share", $"'{SafePath.Shorten(value)}'", "a number above 0", "Leave a variant out by not naming it.");
        }
        return shares;
    }

    public AnalysisOptions Read(ParseResult parse) => s_defaults with
    {
        Variants = Variants(parse),
        Baseline = parse.GetValue(_baseline)!,
        Test = parse.GetValue(_test),
        Correction = Correction(parse.GetValue(_correction)!),
        Confidence = parse.GetValue(_confidence) is > 0 and < 1 and var confidence ? confidence : throw UsageException.For("--confidence", Number(parse.GetValue(_confidence)), "a number between 0 and 1", "0.95 is customary."),
        Margins = Margins(parse),
        Covariates = [.. parse.GetValue(_covariates)!.Select(c => NamedValues.Split("--covariate", c, "METRIC=COLUMN")).Select(c => new Covariate(c.Name, c.Value))],
        Shares = Shares(parse),
        SequentialTuning = parse.GetValue(_tuning) is >= 1 and < double.PositiveInfinity and var tuning ? tuning : throw UsageException.For("--tuning", Number(parse.GetValue(_tuning)), "a number of rows, 1 or more", "5000 is the default."),
    };

    Margin[] Margins(ParseResult parse)
    {
        Margin[] margins = [.. parse.GetValue(_margins)!.Select(Margin)];
        if (margins.GroupBy(m => m.Metric, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice) throw UsageException.For("--margin", $"'{SafePath.Shorten(twice.Key)}' twice", "one for each metric", "Remove one.");
        return margins;
    }

    static string Number(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A plan's word counts: what contradicts it is refused, because it would no longer be the plan.</summary>
    public void RefuseBeside(ParseResult parse, string plan)
    {
        foreach (Option option in new Option[] { _variants, _baseline, _test, _correction, _confidence, _shares, _tuning })
            if (parse.GetResult(option) is { Implicit: false })
                throw UsageException.For(option.Name, $"given beside the plan '{SafePath.Shorten(Path.GetFileName(plan))}'", "one of the two", "The plan decides this. To explore otherwise, analyze once more without --plan.");
    }

    static MultiplicityMethod Correction(string name) => name.ToLowerInvariant() switch
    {
        "holm" => MultiplicityMethod.Holm,
        "bh" or "fdr" or "benjaminihochberg" => MultiplicityMethod.BenjaminiHochberg,
        "bonferroni" => MultiplicityMethod.Bonferroni,
        "none" => MultiplicityMethod.None,
        _ => throw UsageException.For("--correction", $"'{SafePath.Shorten(name)}'", "holm, bh, bonferroni or none", "holm is the default."),
    };

    static Margin Margin(string text)
    {
        var (metric, value) = NamedValues.Split("--margin", text, "METRIC=VALUE");
        bool sds = value.EndsWith("sd", StringComparison.OrdinalIgnoreCase);
        double size = NamedValues.Number("--margin", sds ? value[..^2] : value, "METRIC=VALUE");
        return size > 0 ? new(metric, size, sds) : throw UsageException.For("--margin", $"'{SafePath.Shorten(text)}'", "a number above 0", "Give the largest difference that would not matter.");
    }
}

/// <summary>The options of an analysis.</summary>
sealed class AnalysisFlags
{
    static readonly AnalysisOptions s_defaults = new();

    readonly Option<string?> _plan = new("--plan") { Description = "The plan of 'alignment assign': obeyed and quoted; what it names is marked as pre-registered, everything else as explored.", HelpName = "FILE" };
    readonly Option<string?> _planHash = new("--plan-sha256") { Description = "The hash the plan had when it was published; by default that in FILE.sha256.", HelpName = "HEX" };
    readonly Option<string?> _dose = new("--dose") { Description = "Measured doses: the run's folder or what 'alignment dose' wrote there, or a CSV with variant,dose or video_id,variant,dose.", HelpName = "FILE" };
    readonly Option<string?> _predictor = new("--predictor") { Description = "The predictor of attention whose doses count; the first in the table by default.", HelpName = "NAME" };
    readonly Option<string[]> _metrics = new("--metric") { Description = "Only this metric (column, or NUMERATOR/DENOMINATOR); may be repeated.", HelpName = "NAME", DefaultValueFactory = _ => [] };
    readonly Option<string[]> _ratios = new("--ratio") { Description = "NUMERATOR/DENOMINATOR: columns of counts, compared by video. clicks/impressions and conversions/clicks are found by themselves. May be repeated.", HelpName = "N/D", DefaultValueFactory = _ => [] };
    readonly Option<bool> _sequential = new("--sequential") { Description = "Always-valid intervals as well: right however often one looks, and wider." };
    readonly Option<ulong> _seed = new("--seed") { Description = "Of the bootstrap, and of the sample of rows that stands for too many.", HelpName = "N", DefaultValueFactory = _ => s_defaults.Seed };
    readonly Option<int> _resamples = new("--resamples") { Description = "Of the bootstrap; 0 leaves it out.", HelpName = "N", DefaultValueFactory = _ => s_defaults.Resamples };
    readonly Option<int> _bootstrapRows = new("--bootstrap-rows") { Description = "The bootstrap is left out where two variants have more rows.", HelpName = "N", DefaultValueFactory = _ => s_defaults.BootstrapRows };
    readonly Option<int> _maxValues = new("--max-values") { Description = "Values of a metric held for tests of ranks; of more, a seeded sample.", HelpName = "N", DefaultValueFactory = _ => s_defaults.MaxValues };
    readonly Option<int> _maxCells = new("--max-cells") { Description = "Videos × variants × metrics held for analyses by video; with more these are left out.", HelpName = "N", DefaultValueFactory = _ => s_defaults.MaxCells };
    readonly Option<string?> _decimal = new("--decimal") { Description = "How decimals are written: point or comma; found out by default.", HelpName = "MARK" };
    readonly Option<string> _unit = new("--unit") { Description = "The column whose values are the units of analyses by video.", HelpName = "COLUMN", DefaultValueFactory = _ => s_defaults.UnitColumn };
    readonly Option<string?> _assigned = new("--assigned") { Description = "The column whose values were assigned to variants (participant_id, video_id), or 'row': sample-ratio mismatch is tested on its different values. By default the plan's unit; else participants, if there are any; else videos, if each has one variant; else rows.", HelpName = "COLUMN" };
    readonly Option<int> _threads = new("--threads") { Description = "Threads that read; 0 for as many as there are processors. Results do not depend on it.", HelpName = "N", DefaultValueFactory = _ => s_defaults.Threads };
    readonly PlanFlags _planned;

    public AnalysisFlags(Command command)
    {
        command.Add(_plan);
        command.Add(_planHash);
        command.Add(_dose);
        command.Add(_predictor);
        _planned = new(command);
        foreach (Option option in new Option[] { _metrics, _ratios, _sequential, _seed, _resamples, _bootstrapRows, _maxValues, _maxCells, _decimal, _unit, _assigned, _threads }) command.Add(option);
    }

    public AnalysisInputs Inputs(ParseResult parse) => new() { PlanFile = parse.GetValue(_plan), PlanSha256 = parse.GetValue(_planHash), DoseFile = parse.GetValue(_dose), DosePredictor = parse.GetValue(_predictor) };

    public AnalysisOptions Read(ParseResult parse)
    {
        if (parse.GetValue(_plan) is { } plan) _planned.RefuseBeside(parse, plan);
        int AtLeast(Option<int> option, int least) => parse.GetValue(option) is var value && value >= least ? value : throw UsageException.For(option.Name, Text.Count(value), $"{least} or more", "Leave it out for the default.");
        return _planned.Read(parse) with
        {
            Metrics = parse.GetValue(_metrics) is { Length: > 0 } metrics ? metrics : null,
            Ratios = parse.GetValue(_ratios) is { Length: > 0 } ratios ? [.. ratios.Select(Ratio)] : null,
            Sequential = parse.GetValue(_sequential),
            Seed = parse.GetValue(_seed),
            Resamples = AtLeast(_resamples, 0),
            BootstrapRows = AtLeast(_bootstrapRows, 0),
            MaxValues = AtLeast(_maxValues, 1000),
            MaxCells = AtLeast(_maxCells, 0),
            Decimals = parse.GetValue(_decimal)?.ToLowerInvariant() switch
            {
                null => null,
                "point" => DecimalMark.Point,
                "comma" => DecimalMark.Comma,
                var other => throw UsageException.For("--decimal", $"'{SafePath.Shorten(other)}'", "point or comma", "Leave it out to have it found."),
            },
            UnitColumn = parse.GetValue(_unit)!,
            Assigned = parse.GetValue(_assigned),
            Threads = AtLeast(_threads, 0),
        };
    }

    static CountRatio Ratio(string text)
    {
        int at = text.IndexOf('/', StringComparison.Ordinal);
        return at > 0 && at < text.Length - 1 ? new(text[..at].Trim(), text[(at + 1)..].Trim()) : throw UsageException.For("--ratio", $"'{SafePath.Shorten(text)}'", "NUMERATOR/DENOMINATOR", "Write --ratio clicks/impressions.");
    }
}
