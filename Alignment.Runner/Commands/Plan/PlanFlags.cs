using Alignment.MLNet.Engagement.Comparing;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Statistics;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;

namespace Alignment.Runner.Commands.Plan;

/// <summary>What a plan decides, and what may be said without one: used by <c>analyze</c> and <c>assign</c>.</summary>
sealed class PlanFlags : Flags<AnalysisOptions>
{
    readonly Option<string[]> _shares;
    readonly Option[] _planned;

    public PlanFlags(RunnerCommand command) : base(command, new())
    {
        var variants = BindList("--variant", o => o.Variants,
            $"A variant's name, in the order of the report; may be repeated. The {NumberWords.Of(Variant.All.Count)} variants by "
            + $"default.", "NAME", names => names);
        var baseline = Bind("--baseline", o => o.Baseline, "The variant every other is compared with.", "NAME");
        var test = Bind("--test", o => o.Test,
            "The test that answers: "
            + string.Join(", ", TwoSampleTests.Choices.Select(t => $"{t.Test}{(t.Hint is null ? "" : $" ({t.Hint})")}"))
            + ". All are reported.");
        var correction = BindText("--correction", o => o.Correction,
            "For the number of comparisons, within each metric and question: holm, bh (false discovery rate), bonferroni, none.", "NAME",
            Correction, _ => "holm");
        var confidence = Bind("--confidence", o => o.Confidence, "Of the intervals; tests are at the level 1 − this.", "P");
        BindList("--margin", o => o.Margins,
            "METRIC=VALUE: the largest difference that would not matter, for the placebo's equivalence; VALUE in the metric's units, or "
                + "like 0.2sd in standard deviations of the baseline. May be repeated.", "METRIC=VALUE", Margins);
        BindList("--covariate", o => o.Covariates,
            "METRIC=COLUMN: a column measured before the experiment, for CUPED and ANCOVA. A column pre_METRIC is taken by itself. May "
            + "be repeated.",
            "METRIC=COLUMN", typed => [.. typed.Select(c => NamedValues.Split("--covariate", c, "METRIC=COLUMN"))
            .Select(c => new Covariate(c.Name, c.Value))]);
        _shares = BindList("--share", o => o.Shares, "VARIANT=NUMBER: shares that were not equal. May be repeated.", "VARIANT=NUMBER",
            _ => null);
        var tuning = Bind("--tuning", o => o.SequentialTuning,
            "Rows of two variants together at which always-valid intervals are narrowest.", "N");
        _planned = [variants, baseline, test, correction, confidence, _shares, tuning];
    }

    public override AnalysisOptions Read(ParseResult parse, AnalysisOptions? from = null)
    {
        AnalysisOptions options = base.Read(parse, from);
        return options with { Shares = Shares(parse.GetValue(_shares)!, options.Variants) };
    }

    // A plan's word counts: what contradicts it is refused, because it would no longer be the plan.
    public void RefuseBeside(ParseResult parse, string plan)
    {
        foreach (Option option in _planned)
            if (parse.GetResult(option) is { Implicit: false })
                throw UsageException.For(option.Name, $"given beside the plan '{SafePath.Shorten(Path.GetFileName(plan))}'",
                    "one of the two",
                    "The plan decides this. To explore otherwise, analyze once more without --plan.");
    }

    static Dictionary<string, double>? Shares(string[] typed, IReadOnlyList<string> variants)
    {
        if (typed.Length == 0) return null;
        var shares = variants.ToDictionary(v => v, _ => 1.0);
        HashSet<string> seen = [];
        foreach (var (name, value) in typed.Select(g => NamedValues.Split("--share", g, "VARIANT=NUMBER")))
        {
            if (!shares.ContainsKey(name)) throw Bad($"'{SafePath.Shorten(name)}'", $"one of {string.Join(", ", shares.Keys)}",
                "Name a variant.");
            if (!seen.Add(name)) throw Bad($"'{SafePath.Shorten(name)}' twice", "each variant once", "Remove one.");
            shares[name] = NamedValues.Number("--share", value, "VARIANT=NUMBER");
            if (!(shares[name] > 0)) throw Bad($"'{SafePath.Shorten(value)}'", "a number above 0", "Leave a variant out by not naming it.");
        }
        return shares;

        static UsageException Bad(string found, string expected, string next) => UsageException.For("--share", found, expected, next);
    }

    static MultiplicityMethod Correction(string name) => name.ToLowerInvariant() switch
    {
        "holm" => MultiplicityMethod.Holm,
        "bh" or "fdr" or "benjaminihochberg" => MultiplicityMethod.BenjaminiHochberg,
        "bonferroni" => MultiplicityMethod.Bonferroni,
        "none" => MultiplicityMethod.None,
        _ => throw UsageException.For("--correction", $"'{SafePath.Shorten(name)}'", "holm, bh, bonferroni or none",
            "holm is the default."),
    };

    static IReadOnlyList<Margin> Margins(string[] typed)
    {
        Margin[] margins = [.. typed.Select(Margin)];
        return margins.GroupBy(m => m.Metric, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is not { } twice
            ? margins
            : throw UsageException.For("--margin", $"'{SafePath.Shorten(twice.Key)}' twice", "one for each metric", "Remove one.");
    }

    static Margin Margin(string text)
    {
        var (metric, value) = NamedValues.Split("--margin", text, "METRIC=VALUE");
        bool sds = value.EndsWith("sd", StringComparison.OrdinalIgnoreCase);
        double size = NamedValues.Number("--margin", sds ? value[..^2] : value, "METRIC=VALUE");
        return size > 0 ? new(metric, size, sds)
            : throw UsageException.For("--margin", $"'{SafePath.Shorten(text)}'", "a number above 0",
            "Give the largest difference that would not matter.");
    }
}
