using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Reading;
using Alignment.MLNet.Statistics;

namespace Alignment.MLNet.Engagement.Comparing;

// What the comparison of a metric needs besides the rows.
sealed record MetricContext(AnalysisOptions Options, ActivePlan? Plan, DoseTable? Dose, CancellationToken Stop);

// One metric of numbers: every test of every variant.
static class MetricStep
{
    public static MetricAnalysis Of(EngagementSums sums, int metric, MetricContext context)
    {
        AnalysisOptions options = context.Options;
        int field = sums.Plan.Metrics[metric];
        string name = sums.Plan.Fields[field];
        Sample[] all = [.. options.Variants.Select((_, v) => sums.Sample(v, field))];
        VariantSample[] samples = [.. options.Variants.Select((v, i) => new VariantSample(v, all[i],
            MeanInterval(all[i], options.Confidence))).Where(s => s.Sample.N > 0)];
        MetricDisplay display = Text.Display(name, MetricKind.Mean, samples.Select(s => s.Sample));
        int b = options.Position(options.Baseline);
        var empty = new MetricAnalysis
        {
            Metric = name,
            Display = display,
            Planned = context.Plan?.Names(name) ?? false,
            Samples = samples,
            Missing = options.Variants.Select((_, v) => sums.Rows(v)).Sum() - all.Sum(s => s.N),
        };
        if (samples.Length == 0) return empty with { Note = "No row has a value." };
        if (all[b].N == 0 || samples.Length == 1)
            return empty with
            {
                Note = all[b].N == 0 ? $"No row of '{options.Baseline}' has a value, so there is nothing to compare with."
                    : $"Only '{options.Baseline}' has values, so there is nothing to compare with it.",
                Warnings = MetricDiagnostics.Of(empty, sums, metric, options),
            };

        double[][] values = sums.Kept[metric].Groups(options.Variants.Count);
        bool exact = sums.Kept[metric].Exact;
        int[] others = [.. Enumerable.Range(0, all.Length).Where(v => v != b && all[v].N > 0)];
        List<VariantTests> tests = [];
        foreach (int v in others)
        {
            context.Stop.ThrowIfCancellationRequested();
            string variant = options.Variants[v];
            var one = new VariantTests(options)
            {
                Variant = variant,
                Sample = all[v],
                Baseline = all[b],
                Draft = Draft.Comparison(name, variant, options, TwoSampleTests.Of(options.Test).Title),
            };
            one.FromSums();
            one.FromPairs(sums.TooManyVideos ? null : sums.PairedDifferences(metric, v, b));
            one.FromValues(values[v], values[b], exact, name, context.Stop);
            one.Answer();
            tests.Add(one);
        }
        Dunnett(tests, all[b], options);

        Margin? margin = options.Margins.FirstOrDefault(m => m.IsOf(name));
        Draft? placebo = margin is not null && tests.FirstOrDefault(t => t.Variant == options.Placebo) is { } found
            ? PlaceboDraft.Of(name, found, margin, options) : null;
        List<(ContrastSet.Asked Asked, Draft Draft)> contrasts = [.. Contrasts(name, all, context)];
        DoseStep? dose = DoseStep.Of(name, sums, metric, all, context);
        var settled = Drafting.Settle(name, display,
            [.. tests.Select(t => t.Draft), placebo, .. contrasts.Select(c => c.Draft), dose?.Draft], context);
        var corrected = Corrected(tests, options.Correction);
        VariantComparison[] comparisons = [.. tests.Select(t => t.Make(settled[t.Draft], margin, corrected[t.Variant]))];
        IReadOnlyList<SensitivityAnalysis> sensitivity = SensitivityStep.Of(name, sums, metric, [b, .. others], comparisons, options,
            out OmnibusTest? ratio);
        var made = empty with
        {
            Omnibus = [.. Omnibus.Of(all, values, exact, options), .. new[] { ratio }.OfType<OmnibusTest>()],
            Comparisons = comparisons,
            Contrasts = [.. contrasts.Select(c => new Contrast(c.Asked.Name, c.Asked.Question, c.Asked.Weights, settled[c.Draft]))],
            Placebo = placebo is null ? null : settled[placebo],
            Dose = dose?.Make(settled[dose.Draft]),
            Sensitivity = sensitivity,
        };
        return made with { Warnings = MetricDiagnostics.Of(made, sums, metric, options) };
    }

    public static IEnumerable<(ContrastSet.Asked, Draft)> Contrasts(string metric, Sample[] all, MetricContext context)
    {
        AnalysisOptions options = context.Options;
        bool sequential = options.AnswersByLooks;
        HashSet<string> present = [.. options.Variants.Where((_, v) => all[v].N > 0)];
        List<ContrastSet.Asked> asked = [.. ContrastSet.Of(options, present)];
        if (context.Plan is { } plan) asked.AddRange(plan.OwnContrasts(metric, asked).Where(c => c.Weights.Keys.All(present.Contains)));
        foreach (ContrastSet.Asked c in asked)
        {
            var draft = new Draft
            {
                Id = $"{metric}/{c.Name}",
                Label = c.Kind == DraftKind.Trend ? c.First : $"{c.First} against {c.Second}",
                Question = c.Question,
                Test = sequential ? "confidence sequence of a contrast" : "Welch's test of a contrast",
                Kind = c.Kind,
                First = c.First,
                Second = c.Second,
                Weights = c.Weights,
            };
            string? why = LinearContrast.Of([.. c.Weights.Select(w => (w.Value, all[options.Position(w.Key)]))], out double estimate,
                out double error, out double df);
            if (why is not null) draft.Note = $"Not computed: {why}.";
            else draft.Answer = sequential
                ? TestAnswer.Looks(c.Weights.Where(w => w.Value != 0).Sum(w => all[options.Position(w.Key)].N), estimate, error, options)
                : TestAnswer.Of(estimate, error, estimate / error, df, Tails.StudentTwoSided(estimate / error, df), options.Confidence);
            yield return (c, draft);
        }
    }

    static Interval? MeanInterval(Sample s, double confidence)
    {
        if (s.N < 2 || !double.IsFinite(s.Variance)) return null;
        double half = s.Variance == 0 ? 0 : Tails.StudentQuantile(confidence, s.N - 1) * Math.Sqrt(s.Variance / s.N);
        return new(s.Mean - half, s.Mean + half);
    }

    static void Dunnett(List<VariantTests> tests, Sample baseline, AnalysisOptions options)
    {
        VariantTests[] able = [.. tests.Where(t => t.Welch is not null)];
        if (able.Length == 0) return;
        DunnettTest test = DunnettTest.Of(baseline, [.. able.Select(t => t.Sample)], confidence: options.Confidence);
        for (int i = 0; i < able.Length; i++) able[i].Dunnett = test.Comparisons[i];
    }

    static Dictionary<string, IReadOnlyDictionary<string, double>> Corrected(List<VariantTests> tests, MultiplicityMethod method)
    {
        var made = tests.ToDictionary(t => t.Variant, _ => new SortedDictionary<string, double>(StringComparer.Ordinal));
        foreach (var column in tests.SelectMany(t => t.PValues().Select(p => (t.Variant, p.Test, p.P))).GroupBy(p => p.Test))
        {
            var rows = column.ToList();
            double?[] adjusted = Multiplicity.Adjust([.. rows.Select(r => r.P)], method);
            for (int i = 0; i < rows.Count; i++)
                if (adjusted[i] is { } p) made[rows[i].Variant][column.Key] = p;
        }
        return made.ToDictionary(m => m.Key, m => (IReadOnlyDictionary<string, double>)m.Value);
    }
}
