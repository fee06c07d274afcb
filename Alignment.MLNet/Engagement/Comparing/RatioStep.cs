using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Reading;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

// One ratio of counts: with the video as the unit, and as proportions of independent trials beside it.
static class RatioStep
{
    const long FisherTrials = 100_000;
    const string Pooled = "pooled_z", ByVideo = "ratio_by_video";

    public static MetricAnalysis Of(EngagementSums sums, int ratio, MetricContext context)
    {
        AnalysisOptions options = context.Options;
        bool sequential = options.AnswersByLooks;
        string name = sums.Plan.RatioName(ratio), unit = SensitivityStep.Unit(options);
        int k = options.Variants.Count, b = options.Position(options.Baseline);
        var counts = new CountPair[k];
        var ratios = new RatioMetric?[k];
        var all = new Sample[k];
        for (int v = 0; v < k; v++)
        {
            counts[v] = sums.Counts(v, ratio);
            if (counts[v].Trials == 0) continue;
            PairSample units = sums.TooManyVideos ? default : sums.CountsByVideo(ratio, v);
            if (units.N > 1) ratios[v] = RatioMetric.Of(units);
        }
        // All in one way: where a variant has too few videos, the trials themselves are the units.
        bool byVideo = Enumerable.Range(0, k).All(v => counts[v].Trials == 0 || ratios[v] is not null);
        if (!byVideo) Array.Clear(ratios);
        for (int v = 0; v < k; v++)
        {
            if (counts[v].Trials == 0) continue;
            double rate = counts[v].Successes / (double)counts[v].Trials;
            all[v] = ratios[v] is { } r ? new(r.Units, r.Ratio, r.Variance * r.Units) : new(counts[v].Trials, rate, rate * (1 - rate));
        }
        VariantSample[] samples = [.. Enumerable.Range(0, k).Where(v => counts[v].Trials > 0)
            .Select(v => new VariantSample(options.Variants[v], all[v], Wilson(ratios[v], counts[v], options.Confidence), counts[v]))];
        MetricDisplay display = Text.Display(name, MetricKind.Ratio, samples.Select(s => s.Sample));
        var empty = new MetricAnalysis
        {
            Metric = name,
            Kind = MetricKind.Ratio,
            Display = display,
            Planned = context.Plan?.Names(name) ?? false,
            Samples = samples
        };
        if (samples.Length == 0) return empty with { Note = "No row has both counts and a denominator above 0." };
        if (counts[b].Trials == 0)
            return empty with { Note = $"No row of '{options.Baseline}' has both counts, so there is nothing to compare with." };
        if (samples.Length == 1)
            return empty with { Note = $"Only '{options.Baseline}' has counts, so there is nothing to compare with it." };

        int[] others = [.. Enumerable.Range(0, k).Where(v => v != b && counts[v].Trials > 0)];
        List<(int V, Draft Draft, RatioComparison? Ratio, ProportionsResult Proportions)> tests = [];
        foreach (int v in others)
        {
            context.Stop.ThrowIfCancellationRequested();
            TwoProportions test = TwoProportions.Of(counts[v].Successes, counts[v].Trials, counts[b].Successes, counts[b].Trials,
                options.Confidence);
            double? fisher = counts[v].Trials + counts[b].Trials <= FisherTrials
                ? FisherExactTest.P(counts[v].Successes, counts[v].Trials, counts[b].Successes, counts[b].Trials) : null;
            RatioComparison? compared = byVideo ? RatioMetric.Compare(ratios[v]!, ratios[b]!, options.Confidence) : null;
            string variant = options.Variants[v];
            var draft = Draft.Comparison(name, variant, options, sequential
                ? $"confidence sequence of the ratio{(byVideo ? " by " + unit : "")}"
                : byVideo ? $"ratio by {unit} (delta method)" : "z test of two proportions (pooled)");
            if (sequential && (compared?.StandardError ?? test.StandardError) > 0)
                draft.Answer = TestAnswer.Looks(all[v].N + all[b].N, compared?.Difference ?? test.Difference,
                    compared?.StandardError ?? test.StandardError, options);
            else if (compared is not null)
                draft.Answer = TestAnswer.Of(compared.Difference, compared.StandardError, compared.Z, null, compared.P, options.Confidence);
            else if (test.PPooled is { } p)
                draft.Answer = TestAnswer.Of(test.Difference, test.StandardError, test.ZPooled!.Value, null, p, options.Confidence) with
                {
                    Interval = test.Newcombe,
                };
            else draft.Note = $"No test ({variant} against {options.Baseline}): none or all of the trials succeeded in both.";
            tests.Add((v, draft, compared, new(counts[v], counts[b], test, fisher)));
        }
        List<(ContrastSet.Asked Asked, Draft Draft)> contrasts = byVideo ? [.. MetricStep.Contrasts(name, all, context)] : [];
        Margin? margin = options.Margins.FirstOrDefault(m => m.IsOf(name));
        Draft? placebo = null;
        if (margin is not null && tests.FirstOrDefault(t => options.Variants[t.V] == options.Placebo) is { Draft: not null } found)
        {
            // At the margin's ends the two rates are not one, so that trials' errors are not pooled.
            var (difference, error) = found.Ratio is { } r ? (r.Difference, r.StandardError)
                : (found.Proportions.Test.Difference, found.Proportions.Test.StandardError);
            placebo = PlaceboDraft.Of(name, margin, all[b], byVideo ? $"two one-sided z tests by {unit} (TOST)"
                : "two one-sided z tests of two proportions (TOST)", new(difference, error, all[found.V].N + all[b].N), found.Draft.Note,
                options);
        }
        var settled = Drafting.Settle(name, display, [.. tests.Select(t => t.Draft), placebo, .. contrasts.Select(c => c.Draft)], context);
        double?[] pooled = Multiplicity.Adjust([.. tests.Select(t => t.Proportions.Test.PPooled)], options.Correction),
            ratioP = Multiplicity.Adjust([.. tests.Select(t => t.Ratio?.P)], options.Correction);
        VariantComparison Comparison((int V, Draft Draft, RatioComparison? Ratio, ProportionsResult Proportions) test, int i)
        {
            var (v, draft, compared, proportions) = test;
            var corrected = new SortedDictionary<string, double>(StringComparer.Ordinal);
            if (pooled[i] is { } p) corrected[Pooled] = p;
            if (ratioP[i] is { } q) corrected[ByVideo] = q;
            return new()
            {
                Variant = options.Variants[v],
                Sample = all[v],
                Baseline = all[b],
                Result = settled[draft],
                Ratio = compared,
                Proportions = proportions,
                Lift = all[v].N > 1 && all[b].N > 1 && all[b].Mean > 0 ? RelativeLift.Of(all[v], all[b], options.Confidence) : null,
                Corrected = corrected,
                Notes = proportions.FisherP is null ? [$"Fisher's exact test left out: more than {Text.Count(FisherTrials)} trials."] : [],
            };
        }
        var made = empty with
        {
            Comparisons = [.. tests.Select(Comparison)],
            Contrasts = [.. contrasts.Select(c => new Contrast(c.Asked.Name, c.Asked.Question, c.Asked.Weights, settled[c.Draft]))],
            Placebo = placebo is null ? null : settled[placebo],
        };
        List<AnalysisWarning> warnings = [.. MetricDiagnostics.Of(made, sums, 0, options)];
        if (!byVideo) warnings.Insert(0, new(WarningLevel.Warning, "trials_independent", $"{name}: too few {unit}s (or too many to keep "
            + $"apart) to take the {unit} as the unit, so every trial counts as independent. Trials of one {unit} are not; the p-values "
            + $"are too small.", name));
        if (byVideo && sequential) warnings.Add(new(WarningLevel.Note, "units_accrue", $"{name}: its always-valid intervals take {unit}s "
            + $"as coming in one after the other. Where the same {unit}s are shown for longer, take participants (participant_id) as the "
            + $"unit.", name));
        return made with { Warnings = warnings };
    }

    static Interval Wilson(RatioMetric? ratio, CountPair counts, double confidence)
    {
        double z = Tails.NormalQuantile(confidence);
        if (ratio is not null) return new(ratio.Ratio - z * Math.Sqrt(ratio.Variance), ratio.Ratio + z * Math.Sqrt(ratio.Variance));
        var (low, high) = TwoProportions.Wilson(counts.Successes, counts.Trials, z);
        return new(low, high);
    }
}
