using Alignment.MLNet.Analysis.Statistics;

namespace Alignment.MLNet.Analysis;

/// <summary>One ratio of counts: with the video as the unit, and as proportions of independent trials beside it.</summary>
static class RatioStep
{
    /// <summary>Fisher's test of more trials agrees with the z test and takes long.</summary>
    const long FisherTrials = 100_000;

    const string Pooled = "pooled_z", ByVideo = "ratio_by_video";

    public static MetricAnalysis Of(EngagementSums sums, int ratio, MetricContext context)
    {
        AnalysisOptions options = context.Options;
        string name = sums.Plan.RatioName(ratio), unit = SensitivityStep.Unit(options);
        int k = options.Variants.Count, b = options.Position(options.Baseline);
        var counts = new CountPair[k];
        var ratios = new RatioMetric?[k];
        var all = new Sample[k];
        for (int v = 0; v < k; v++)
        {
            counts[v] = sums.Counts(v, ratio);
            if (counts[v].Trials == 0) continue;
            double rate = counts[v].Successes / (double)counts[v].Trials;
            PairSample units = sums.TooManyVideos ? default : sums.CountsByVideo(ratio, v);
            if (units.N > 1) ratios[v] = RatioMetric.Of(units);
            // Without videos the trials themselves are the units.
            all[v] = ratios[v] is { } r ? new(r.Units, r.Ratio, r.Variance * r.Units) : new(counts[v].Trials, rate, rate * (1 - rate));
        }
        VariantSample[] samples = [.. Enumerable.Range(0, k).Where(v => counts[v].Trials > 0).Select(v => new VariantSample(options.Variants[v], all[v], Wilson(ratios[v], counts[v], options.Confidence), counts[v]))];
        MetricDisplay display = Words.Display(name, MetricKind.Ratio, samples.Select(s => s.Sample));
        var empty = new MetricAnalysis { Metric = name, Kind = MetricKind.Ratio, Display = display, Planned = context.Plan?.Names(name) ?? false, Samples = samples };
        if (samples.Length == 0) return empty with { Note = "No row has both counts and a denominator above 0." };
        if (counts[b].Trials == 0) return empty with { Note = $"No row of '{options.Baseline}' has both counts, so there is nothing to compare with." };

        int[] others = [.. Enumerable.Range(0, k).Where(v => v != b && counts[v].Trials > 0)];
        bool byVideo = ratios[b] is not null && others.All(v => ratios[v] is not null);
        List<(int V, Draft Draft, RatioComparison? Ratio, ProportionsResult Proportions)> tests = [];
        foreach (int v in others)
        {
            context.Stop.ThrowIfCancellationRequested();
            TwoProportions test = TwoProportions.Of(counts[v].Successes, counts[v].Trials, counts[b].Successes, counts[b].Trials, options.Confidence);
            double? fisher = counts[v].Trials + counts[b].Trials <= FisherTrials ? FisherExactTest.P(counts[v].Successes, counts[v].Trials, counts[b].Successes, counts[b].Trials) : null;
            RatioComparison? compared = byVideo ? RatioMetric.Compare(ratios[v]!, ratios[b]!, options.Confidence) : null;
            string variant = options.Variants[v];
            var draft = new Draft
            {
                Id = $"{name}/{variant}",
                Label = $"{Words.Name(variant)} against {Words.Name(options.Baseline)}",
                Question = $"variants against {Words.Name(options.Baseline)}",
                Test = byVideo ? $"ratio by {unit} (delta method)" : "z test of two proportions (pooled)",
                First = Words.Name(variant),
                Second = Words.Name(options.Baseline),
                Weights = new Dictionary<string, double> { [variant] = 1, [options.Baseline] = -1 },
            };
            if (compared is not null) draft.Take(compared.Difference, compared.StandardError, compared.Z, null, compared.P, options.Confidence);
            else if (test.PPooled is { } p)
            {
                draft.Take(test.Difference, test.ZUnpooled is { } z && z != 0 ? test.Difference / z : 0, test.ZPooled!.Value, null, p, options.Confidence);
                draft.Interval = test.Newcombe;
            }
            else draft.Note = $"No test ({variant} against {options.Baseline}): none or all of the trials succeeded in both.";
            tests.Add((v, draft, compared, new(counts[v], counts[b], test, fisher)));
        }
        List<(ContrastSet.Asked Asked, Draft Draft)> contrasts = byVideo ? [.. MetricStep.Contrasts(name, all, context)] : [];
        Margin? margin = options.Margins.FirstOrDefault(m => m.Metric.Equals(name, StringComparison.OrdinalIgnoreCase) && !m.InBaselineSds);
        Draft? placebo = null;
        if (margin is not null && byVideo && tests.FirstOrDefault(t => options.Variants[t.V] == options.Placebo) is { Draft: not null } found && found.Ratio is not null)
            placebo = Placebo(name, found.Ratio, margin.Value, options);
        List<Draft> drafts = [.. tests.Select(t => t.Draft), .. placebo is null ? [] : new[] { placebo }, .. contrasts.Select(c => c.Draft)];
        context.Plan?.Mark(name, drafts);
        IReadOnlyDictionary<Draft, Finding> settled = Drafting.Settle(name, display, drafts, options);
        double?[] pooled = Multiplicity.Adjust([.. tests.Select(t => t.Proportions.Test.PPooled)], options.Correction), ratioP = Multiplicity.Adjust([.. tests.Select(t => t.Ratio?.P)], options.Correction);
        var comparisons = new List<VariantComparison>();
        for (int i = 0; i < tests.Count; i++)
        {
            var (v, draft, compared, proportions) = tests[i];
            var corrected = new SortedDictionary<string, double>(StringComparer.Ordinal);
            if (pooled[i] is { } p) corrected[Pooled] = p;
            if (ratioP[i] is { } q) corrected[ByVideo] = q;
            comparisons.Add(new()
            {
                Variant = options.Variants[v],
                Sample = all[v],
                Baseline = all[b],
                Result = settled[draft],
                Ratio = compared,
                Proportions = proportions,
                Lift = all[v].N > 1 && all[b].N > 1 && all[b].Mean > 0 ? RelativeLift.Of(all[v], all[b], options.Confidence) : null,
                Corrected = corrected,
                Notes = proportions.FisherP is null ? [$"Fisher's exact test left out: more than {Words.Count(FisherTrials)} trials."] : [],
            });
        }
        var made = empty with
        {
            Comparisons = comparisons,
            Contrasts = [.. contrasts.Select(c => new Contrast(c.Asked.Name, c.Asked.Question, c.Asked.Weights, settled[c.Draft]))],
            Placebo = placebo is null ? null : settled[placebo],
        };
        List<AnalysisWarning> warnings = [.. MetricGuards.Of(made, sums, 0, options)];
        if (!byVideo) warnings.Insert(0, new(WarningLevel.Warning, "trials_independent", $"{name}: too few {unit}s (or too many to keep apart) to take the {unit} as the unit, so every trial counts as independent. Trials of one {unit} are not; the p-values are too small.", name));
        return made with { Warnings = warnings };
    }

    static Draft Placebo(string metric, RatioComparison compared, double margin, AnalysisOptions options)
    {
        var draft = new Draft
        {
            Id = $"{metric}/{options.Placebo}~{options.Baseline}",
            Label = $"{Words.Name(options.Placebo)} equivalent to {Words.Name(options.Baseline)}",
            Question = "placebo equivalent to baseline",
            Test = "two one-sided z tests (TOST)",
            Kind = DraftKind.Equivalence,
            First = Words.Name(options.Placebo),
            Second = Words.Name(options.Baseline),
            Margin = margin,
        };
        double z = Math.Min(margin + compared.Difference, margin - compared.Difference) / compared.StandardError;
        if (compared.StandardError > 0) draft.Take(compared.Difference, compared.StandardError, z, null, Tails.NormalUpper(z), 1 - 2 * (1 - options.Confidence));
        else draft.Note = "the counts do not vary";
        return draft;
    }

    static Interval Wilson(RatioMetric? ratio, CountPair counts, double confidence)
    {
        double z = Tails.NormalQuantile(confidence);
        if (ratio is not null) return new(ratio.Ratio - z * Math.Sqrt(ratio.Variance), ratio.Ratio + z * Math.Sqrt(ratio.Variance));
        var (low, high) = TwoProportions.Wilson(counts.Successes, counts.Trials, z);
        return new(low, high);
    }
}
