using System.Globalization;
using Alignment.MLNet;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Engagement.Reading;
using Alignment.MLNet.Statistics;
using Alignment.Runner;
using Alignment.Tests.Runner.Cli;
using Microsoft.ML;

namespace Alignment.Tests.MLNet.Engagement;

/// <summary>Designs, assignments and plans, and what an analysis makes of a plan.</summary>
public sealed class PlanningTests
{
    static async Task<(int Code, string Output, string Errors)> Run(params string[] args)
    {
        var (terminal, output, errors) = TestTerminal.Make();
        int code = await RunnerProgram.RunAsync(args, terminal, CancellationToken.None);
        return (code, output.ToString(), errors.ToString());
    }

    // Cohen, Statistical Power Analysis, 1988, table 2.4.1 (two-sided .05): d = 0.5 needs 64, 0.2 needs 393, 0.8 needs 26 for power .80;
    // 105 and 85 for d = .5 at .95 and .90.
    [TestCase(0.5, 0.8, 64)]
    [TestCase(0.2, 0.8, 394)]
    [TestCase(0.8, 0.8, 26)]
    [TestCase(0.5, 0.95, 105)]
    [TestCase(0.5, 0.9, 86)]
    public void Power_OfMeans_NeedsCohensNumbers(double effect, double power, long size)
    {
        PowerAnswer answer = PowerStudy.Of(new() { Effect = effect, Power = power });
        Assert.That(answer.Size, Is.EqualTo(size));
        Assert.That(answer.Power, Is.GreaterThanOrEqualTo(power));
        Assert.That(PowerStudy.Of(new() { Size = size - 1, Power = power }).Effect, Is.GreaterThan(effect));
        Assert.That(PowerStudy.Of(new() { Size = size, Power = power }).Effect, Is.LessThanOrEqualTo(effect));
    }

    [Test]
    public void Power_OtherDesigns_AreConsistent()
    {
        // Fleiss, Levin & Paik's formula for 5 % against 6 %, no continuity correction: 8158 each.
        PowerAnswer rates = PowerStudy.Of(new() { Design = PowerDesign.Proportions, Rate = 0.05, Effect = 0.01 });
        Assert.That(rates.Size, Is.EqualTo(8158).Within(1));
        Assert.That(PowerStudy.Of(new() { Design = PowerDesign.Proportions, Rate = 0.05, Size = rates.Size }).Effect,
            Is.EqualTo(0.01).Within(1e-5));
        // Pairs with correlation ρ: the difference's sd is sd √(2(1 − ρ)).
        Assert.That(PowerStudy.Of(new() { Design = PowerDesign.Paired, Effect = 1, Sd = 2, Correlation = 0.5 }).Size,
            Is.EqualTo(PowerStudy.Of(new() { Design = PowerDesign.Paired, Effect = 1, Sd = 2 }).Size));
        // Six comparisons cost what a level of 0.05 / 6 costs; a covariate with ρ = 0.6 saves 36 %; rows of one video that resemble each
        // other cost 1 + (m − 1) ICC.
        long one = PowerStudy.Of(new() { Effect = 0.1 }).Size;
        Assert.That(PowerStudy.Of(new() { Effect = 0.1, Comparisons = 6 }).Size,
            Is.EqualTo(PowerStudy.Of(new() { Effect = 0.1, Alpha = 0.05 / 6 }).Size).And.GreaterThan(one));
        Assert.That(PowerStudy.Of(new() { Effect = 0.1, CovariateCorrelation = 0.6 }).Size, Is.EqualTo(0.64 * one).Within(3));
        Assert.That(PowerStudy.Of(new() { Effect = 0.1, Icc = 0.1, RowsPerVideo = 11 }).Size, Is.EqualTo(2 * one).Within(2));
        Assert.Throws<UsageException>(() => PowerStudy.Of(new()));
        Assert.Throws<UsageException>(() => PowerStudy.Of(new() { Effect = 1, Size = 10 }));
        Assert.Throws<UsageException>(() => PowerStudy.Of(new() { Design = PowerDesign.Proportions, Rate = 0.5, Effect = 0.6 }));
    }

    [TestCase("whole number", "--n", "2.5")]
    [TestCase("none with paired units or rates", "--rate", "0.05", "--effect", "0.01", "--ratio", "2")]
    [TestCase("none with paired units or rates", "--paired", "--effect", "0.1", "--ratio", "2")]
    [TestCase("none with rates", "--rate", "0.05", "--effect", "0.01", "--sd", "3")]
    [TestCase("none with rates", "--rate", "0.05", "--effect", "0.01", "--covariate-correlation", "0.5")]
    [TestCase("an ICC without rows per video", "--effect", "0.3", "--icc", "0.2")]
    [TestCase("rows per video without an ICC", "--effect", "0.3", "--rows-per-video", "20")]
    [TestCase("--correlation without --paired", "--effect", "0.3", "--correlation", "0.2")]
    public async Task PowerCommand_WhatADesignHasNoPlaceFor_IsRefused(string says, params string[] typed)
    {
        var (code, _, errors) = await Run(["power", .. typed]);
        Assert.That((code, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain(says));
    }

    [Test]
    public async Task PowerCommand_PrintsTableCurveAndJson()
    {
        using var temp = new TempFolder();
        var (code, output, _) = await Run("power", "--effect", "0.005", "--sd", "0.012", "--comparisons", "6", "--out", temp["p"]);
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("rows in each variant find a difference of 0.005").And.Contain("without correction"));
        Assert.That(new FileInfo(temp["p", "power.png"]).Length, Is.GreaterThan(5000));
        Assert.That((await Run("power")).Code, Is.EqualTo(2));
        Assert.That((await Run("power", "--n", "100", "--json")).Output, Does.Contain("\"effect\": 0.3981"));
    }

    [Test]
    public void Assignment_Blocks_BalancesStrataAndWhole()
    {
        AssignedUnit[] units = [.. Enumerable.Range(0, 1000).Select(i => new AssignedUnit($"p{i}", $"region {i * i % 11 % 5}"))];
        var assigned = Assignment.Of(units, new() { Seed = 3 });
        int[] whole = [.. assigned.GroupBy(a => a.Variant).Select(g => g.Count())];
        Assert.That(whole.Max() - whole.Min(), Is.LessThanOrEqualTo(1));
        foreach (var stratum in assigned.GroupBy(a => a.Unit.Block))
        {
            int[] counts = [.. new AnalysisOptions().Variants.Select(v => stratum.Count(a => a.Variant == v))];
            Assert.That(counts.Max() - counts.Min(), Is.LessThanOrEqualTo(1), stratum.Key);
        }
        Assert.That(assigned.Select(a => a.Unit), Is.EqualTo(units));
        Assert.That(Assignment.Of(units, new() { Seed = 3 }), Is.EqualTo(assigned));
        // a seventh: 143 ± 11
        Assert.That(Assignment.Of(units, new() { Seed = 4 }).Zip(assigned).Count(p => p.First.Variant == p.Second.Variant),
            Is.InRange(80, 220));
        var shared = Assignment.Of(units, new() { Variants = ["a", "b"], Shares = new Dictionary<string, int> { ["a"] = 3 } });
        Assert.That(shared.Count(a => a.Variant == "a"), Is.EqualTo(750).Within(1));
        Assert.Throws<BadDataException>(() => Assignment.Of([new("x"), new("x")]));
        Assert.Throws<UsageException>(() => Assignment.Of(units, new() { Variants = ["a", "A"] }));
    }

    // Over many seeds every variant comes equally often at every place: χ² of 7 × 7 cells, 36 degrees of freedom.
    [Test]
    public void Assignment_Shuffle_IsUniform()
    {
        AssignedUnit[] units = [.. Enumerable.Range(0, 7).Select(i => new AssignedUnit($"p{i}"))];
        var counts = new double[7, 7];
        string[] variants = [.. new AnalysisOptions().Variants];
        const int seeds = 2000;
        for (ulong seed = 0; seed < seeds; seed++)
        {
            var assigned = Assignment.Of(units, new() { Seed = seed });
            for (int i = 0; i < 7; i++) counts[i, Array.IndexOf(variants, assigned[i].Variant)]++;
        }
        double chi = counts.Cast<double>().Sum(c => (c - seeds / 7.0) * (c - seeds / 7.0) / (seeds / 7.0));
        Assert.That(chi, Is.LessThan(68));   // P(χ²₃₆ > 68) = 0.001
    }

    [Test]
    public async Task AssignThenAnalyze_PlanIsObeyedQuotedAndItsChangeTold()
    {
        using var temp = new TempFolder();
        string[] assign = ["assign", "--count", "280", "--metric", "CTR", "--margin", "CTR=0.006", "--correction", "bonferroni",
            "--rows-per-variant", "36", "--title", "Spring", "--out", temp["study"]];
        Assert.That((await Run(assign)).Code, Is.Zero);
        byte[] plan = File.ReadAllBytes(temp["study", "plan.json"]), csv = File.ReadAllBytes(temp["study", "assignment.csv"]);
        Assert.That((await Run(assign)).Code, Is.Zero, "the same again changes nothing");
        Assert.That((File.ReadAllBytes(temp["study", "plan.json"]), File.ReadAllBytes(temp["study", "assignment.csv"])),
            Is.EqualTo((plan, csv)));
        Assert.That((await Run([.. assign, "--seed", "9"])).Code, Is.EqualTo(2), "another assignment is not replaced");

        EngagementSimulation.Write(temp["e.csv"], new() { Seed = 4, Videos = [.. Enumerable.Range(0, 12).Select(i => $"v{i}")] });
        var (code, output, _) = await Run("analyze", "--engagement", temp["e.csv"], "--plan", temp["study", "plan.json"], "--resamples",
            "0", "--out", temp["a"]);
        EngagementAnalysis made = AnalysisJson.Read(temp["a", "analysis.json"]);
        Finding early = made.Metrics[0].Comparisons[0].Result,
            trend = made.Metrics[0].Contrasts.Single(c => c.Name == "trend_over_windows").Result;
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.Zero);
            Assert.That(output, Does.Contain("SIMULATED").And.Contain("planned").And.Contain("Spring"));
            Assert.That((early.Confirmatory, early.Hypothesis, early.Family, early.FamilySize),
                Is.EqualTo((true, "H1", "CTR: pre-registered", 6)));
            Assert.That(early.Correction, Is.EqualTo("Bonferroni"));
            Assert.That(early.CorrectedP, Is.EqualTo(Math.Min(1, 6 * early.P!.Value)).Within(1e-12));
            Assert.That((trend.Confirmatory, made.Metrics[1].Comparisons[0].Result.Confirmatory), Is.EqualTo((false, false)));
            Assert.That(made.Metrics[0].Placebo, Has.Property("Confirmatory").True.And.Property("Hypothesis").EqualTo("H6"));
            Assert.That(made.Plan!.Hypotheses, Has.Count.EqualTo(6));
            Assert.That(made.Plan.Hypotheses.Select(h => h.Answer), Has.All.Not.Empty);
            Assert.That(made.Plan.Changed, Is.False);
            Assert.That(made.Warnings.Select(w => w.Code), Does.Not.Contain("before_the_end"));
        });

        Assert.That((await Run("analyze", "--engagement", temp["e.csv"], "--plan", temp["study", "plan.json"], "--correction", "none",
            "--out", temp["b"])).Code, Is.EqualTo(2), "what contradicts the plan is refused");
        File.WriteAllText(temp["study", "plan.json"],
            File.ReadAllText(temp["study", "plan.json"]).Replace("\"bonferroni\"", "\"none\"", StringComparison.Ordinal));
        Assert.That((await Run("analyze", "--engagement", temp["e.csv"], "--plan", temp["study", "plan.json"], "--resamples", "0", "--out",
            temp["c"])).Output, Does.Contain("was changed after its hash was recorded"));
        EngagementAnalysis changed = AnalysisJson.Read(temp["c", "analysis.json"]);
        Assert.That(changed.Warnings.Single(w => w.Code == "plan_changed").Level, Is.EqualTo(WarningLevel.Alarm));
        Assert.That(changed.Metrics.SelectMany(m => m.Findings).Select(f => f.Confirmatory), Has.None.True);
    }

    [Test]
    public async Task AssignPlan_EditedPlan_IsCheckedAndItsHashRecorded()
    {
        using var temp = new TempFolder();
        string plan = temp["study", "plan.json"];
        Assert.That((await Run("assign", "--count", "70", "--out", temp["study"])).Code, Is.Zero);
        byte[] assignment = File.ReadAllBytes(temp["study", "assignment.csv"]);
        File.WriteAllText(plan, File.ReadAllText(plan).Replace("\"holm\"", "\"bonferroni\"", StringComparison.Ordinal));
        Assert.That(PlanFile.Read(plan).Changed, Is.True);
        Assert.That((await Run("assign", "--count", "70", "--out", temp["study"])).Errors, Does.Contain("alignment assign --plan"),
            "assigning again would lose the edit");
        Assert.That((await Run("assign", "--plan", plan, "--count", "70")).Code, Is.EqualTo(2));
        var (code, output, _) = await Run("assign", "--plan", plan);
        PlanFile read = PlanFile.Read(plan);
        Assert.That((code, read.Changed, read.Plan.Correction), Is.EqualTo((0, false, MultiplicityMethod.Bonferroni)));
        Assert.That(output, Does.Contain(read.Sha256).And.Contain("H5"));
        Assert.That(File.ReadAllText(plan + PlanFile.HashSuffix),
            Is.EqualTo(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(plan))) + "  plan.json\n"));
        Assert.That(File.ReadAllBytes(temp["study", "assignment.csv"]), Is.EqualTo(assignment));
        File.WriteAllText(plan, "{}");
        Assert.That((await Run("assign", "--plan", plan)).Code, Is.Zero, "an empty plan is one, with every default");
        File.WriteAllText(plan, "{\"metrics\": 7}");
        Assert.That((await Run("assign", "--plan", plan)).Code, Is.EqualTo(3));
    }

    [TestCase("--margin", "CTR=-1", "above 0")]
    [TestCase("--margin", "CVR=1", "--metric CVR")]
    [TestCase("--confidence", "2", "between 0 and 1")]
    [TestCase("--tuning", "0", "1 or more")]
    [TestCase("--rows-per-variant", "1", "2 or more")]
    [TestCase("--share", "placebo=0", "above 0")]
    [TestCase("--metric", " ", "an empty name")]
    public async Task Assign_NonsenseOption_IsUsageAndNothingIsWritten(string option, string value, string says)
    {
        using var temp = new TempFolder();
        var (code, _, errors) = await Run("assign", "--count", "14", option, value, "--out", temp["study"]);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors, Does.Contain(option).And.Contain(says));
        Assert.That(Directory.Exists(temp["study"]), Is.False);
    }

    // Where a plan is in the way, no assignment is left without one.
    [Test]
    public async Task Assign_AnotherPlanIsThere_WritesNeither()
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["plan.json"], new AnalysisPlan { Title = "mine" }.Text());
        Assert.That((await Run("assign", "--count", "14", "--out", temp.Path)).Code, Is.EqualTo(2));
        Assert.That(Directory.GetFiles(temp.Path).Select(Path.GetFileName), Is.EqualTo(new[] { "plan.json" }));
    }

    [TestCase("participant\nx\ny\n", "participant_id", 2)]
    [TestCase("user_id\r\nx\r\ny\r\n", "video_id", 2)]
    [TestCase("x\ny\nz", "video_id", 3)]
    [TestCase("\uFEFFregion;participant_id\r\nnorth;x\r\nsouth;y\r\n", "participant_id", 2)]
    public async Task Assign_UnitsFile_HeadersAreNoUnits(string text, string column, int units)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["units.csv"], text);
        Assert.That((await Run("assign", "--units", temp["units.csv"], "--out", temp["study"])).Code, Is.Zero);
        string[] lines = File.ReadAllLines(temp["study", "assignment.csv"]);
        Assert.That((lines[0], lines.Length - 1), Is.EqualTo((column + ",variant", units)));
        Assert.That(lines[1], Does.StartWith("x,"));
    }

    [TestCase("{", "plan.json")]
    [TestCase("{\"format\": \"alignment-plan/1\", \"metrisc\": [\"CTR\"]}", "metrisc")]
    [TestCase("{\"format\": \"alignment-plan/9\"}", "alignment-plan/9")]
    [TestCase("{\"format\": \"alignment-plan/1\", \"metrics\": [\"CTR\"], \"hypotheses\": [{\"id\": \"H1\", \"statement\": \"s\", "
        + "\"metric\": \"CTR\", \"variants\": [\"early_bost\"]}]}", "early_boost")]
    [TestCase("{\"format\": \"alignment-plan/1\", \"metrics\": [\"CTR\"], \"hypotheses\": [{\"id\": \"H1\", \"statement\": \"s\", "
        + "\"metric\": \"CTR\", \"kind\": \"equivalence\"}]}", "without a margin")]
    [TestCase("{\"format\": \"alignment-plan/1\", \"baseline\": \"control\"}", "control")]
    [TestCase("{\"variants\": null}", "null as 'variants'")]
    [TestCase("{\"metrics\": [null]}", "null in a list")]
    [TestCase("{\"hypotheses\": [null]}", "null in a list")]
    [TestCase("{\"stopping\": null}", "null as 'stopping'")]
    [TestCase("{\"test\": 7}", "expected welch, student, paired")]
    [TestCase("{\"test\": \"wlech\"}", "expected welch, student, paired")]
    [TestCase("{\"confidence\": \"0.95\"}", "another kind as 'confidence' (line 1)")]
    [TestCase("{\"confidence\": 95}", "the confidence 95")]
    [TestCase("{\"margins\": [{\"metric\": \"CTR\"}]}", "no 'value'")]
    [TestCase("{\"margins\": [{\"metric\": \"CTR\", \"value\": 1}, {\"metric\": \"ctr\", \"value\": 2}]}", "two margins")]
    [TestCase("{\"stopping\": {\"rule\": \"fixed\", \"rows_per_variant\": -4}}", "-4 rows per variant")]
    [TestCase("{\"stopping\": {\"rule\": \"sequential\", \"tuning\": 0}}", "the tuning 0")]
    [TestCase("{\"metrics\": [\"CTR\"], \"metrics\": [\"CVR\"]}", "metrics")]
    [TestCase("{\"variants\": [\"baseline\", \"b\", \"B\"]}", "two or more different names")]
    [TestCase("[]", "alignment assign")]
    public void Plan_ThatContradictsItself_SaysWhat(string text, string says)
    {
        using var temp = new TempFolder();
        File.WriteAllText(temp["plan.json"], text);
        Assert.That(() => PlanFile.Read(temp["plan.json"]), Throws.InstanceOf<BadDataException>().With.Message.Contains(says));
    }

    [Test]
    public void Plan_HashGiven_CountsMoreThanTheRecordedOne()
    {
        using var temp = new TempFolder();
        string hash = PlanFile.Write(temp["plan.json"], new AnalysisPlan { Metrics = ["CTR"] });
        Assert.That(PlanFile.Read(temp["plan.json"], " " + hash.ToUpperInvariant() + "\n").Changed, Is.False);
        Assert.That(PlanFile.Read(temp["plan.json"], new string('0', 64)).Changed, Is.True);
        Assert.That(() => PlanFile.Read(temp["plan.json"], hash[..12]),
            Throws.InstanceOf<UsageException>().With.Message.Contains("64 hexadecimal"));
    }

    [Test]
    public void SequentialPlan_AnswersWithAlwaysValidIntervals()
    {
        using var temp = new TempFolder();
        PlanFile.Write(temp["plan.json"], new AnalysisPlan
        {
            Metrics = ["CTR"],
            Stopping = new(StoppingRule.Sequential, null, 800),
            Hypotheses = [new() { Id = "all", Statement = "boosts beat placebo", Metric = "CTR", Variants = ["early_boost", "late_boost"],
                Against = ["placebo", "baseline"] }]
        });
        EngagementAnalysis made = AnalysisJob.Analyze(EngagementSimulation.Rows(), new() { Resamples = 0 },
            new() { PlanFile = temp["plan.json"] });
        VariantComparison early = made.Metrics[0].Comparisons[0];
        Contrast own = made.Metrics[0].Contrasts.Single(c => c.Question == "planned");
        Assert.That((early.Result.Test, early.Result.P, early.Result.Interval),
            Is.EqualTo(("confidence sequence", early.Sequential!.P, (Interval?)early.Sequential.Interval)));
        Assert.That(early.Sequential.Interval.High - early.Sequential.Interval.Low, Is.GreaterThan(early.Welch!.High - early.Welch.Low));
        Assert.That((own.Result.Hypothesis, own.Weights["late_boost"], own.Weights["baseline"]), Is.EqualTo(("all", 0.5, -0.5)));
    }

    // Means that lie on a line of the dose, exactly: the slope is found, and the lack of fit is nothing.
    [Test]
    public void Dose_TableOfVariants_GivesTheSlope()
    {
        using var temp = new TempFolder();
        var doses = new Dictionary<string, double> { ["baseline"] = 0, ["early_boost"] = 0.1, ["full_boost"] = 0.25, ["reduction"] = -0.1 };
        File.WriteAllText(temp["dose.csv"], "variant,dose\n"
            + string.Concat(doses.Where(d => d.Key != "baseline")
            .Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Key},{d.Value}\n"))) + "late_bost,1\n");
        File.WriteAllText(temp["by_video.csv"], "video_id,variant,predictor,dose\n"
            + string.Concat(from v in Enumerable.Range(0, 10)
                            from d in doses
                            select string.Create(CultureInfo.InvariantCulture,
                            $"v{v},{d.Key},first,{d.Value * (1 + 0.1 * (v % 3 - 1))}\nv{v},{d.Key},second,7\n")));
        var rows = new EngagementRows("m");
        foreach (var (variant, dose) in doses)
            for (int i = 0; i < 40; i++) rows.Add($"v{i % 10}", variant, 5 + 3 * dose + 0.5 * Math.Sin(i + dose));
        DoseResponse one = AnalysisJob.Analyze(rows, new() { Resamples = 0 }, new() { DoseFile = temp["dose.csv"] }).Metrics[0].Dose!,
            many = AnalysisJob.Analyze(rows, new() { Resamples = 0 }, new() { DoseFile = temp["by_video.csv"] }).Metrics[0].Dose!;
        Assert.Multiple(() =>
        {
            Assert.That(one.Result.Estimate, Is.EqualTo(3).Within(0.1));
            Assert.That(one.Points.Select(p => p.Dose), Is.EqualTo(doses.Values));
            Assert.That(one.LackOfFit!.P, Is.GreaterThan(0.9));
            Assert.That(one.Result.Interval!.Value.Low, Is.LessThan(3));
            Assert.That(one.WithinVideos, Is.Null);
            Assert.That(many.Points[2].Dose, Is.EqualTo(0.25).Within(0.01));
            Assert.That(many.Units, Is.EqualTo("per 0.1 of attention share"));
            Assert.That(many.WithinVideos!.Estimate, Is.EqualTo(0.3).Within(0.05));
        });
        Assert.That(() => AnalysisJob.Analyze(rows, null, new() { DoseFile = temp["none.csv"] }),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("no such file"));
    }

    // Textbook weighted regression: y = 1 + 2x through three points of different errors, one of them off by 0.3.
    [Test]
    public void DoseSlope_HandComputed()
    {
        // Weights 1, 4, 1: x̄ = 1, ȳ = (1 + 4·3.3 + 5)/6 = 3.2; Sxx = 2, Sxy = 1·2.2 + 1·1.8 = 4; slope 2, error 1/√2; residuals −0.2, 0.1,
        // −0.2: 0.04 + 0.04 + 0.04.
        DoseSlope line = DoseSlope.Of([(0, 1, 1), (1, 3.3, 0.5), (2, 5, 1)]);
        Assert.Multiple(() =>
        {
            Assert.That(line.Slope, Is.EqualTo(2).Within(1e-12));
            Assert.That(line.StandardError, Is.EqualTo(Math.Sqrt(0.5)).Within(1e-12));
            Assert.That(line.LackOfFit, Is.EqualTo(0.12).Within(1e-12));
            Assert.That(line.Intercept, Is.EqualTo(1.2).Within(1e-12));
        });
    }

    sealed class Row
    {
        public string video_id { get; set; } = "";
        public string variant { get; set; } = "";
        public float CTR { get; set; }
        public bool clicked { get; set; }
    }

    [Test]
    public void Catalog_DataView_GivesWhatRowsGive()
    {
        var ml = new MLContext(1);
        Row[] rows = [.. Enumerable.Range(0, 60).Select(i => new Row { video_id = $"v{i % 6}",
            variant = i % 2 == 0 ? "baseline" : "placebo", CTR = i % 7 == 0 ? float.NaN : i % 5, clicked = i % 3 == 0 })];
        EngagementAnalysis view = ml.Alignment.AnalyzeEngagement(ml.Data.LoadFromEnumerable(rows), new() { Resamples = 0 });
        var memory = new EngagementRows("CTR", "clicked");
        foreach (Row r in rows) memory.Add(r.video_id, r.variant, r.CTR, r.clicked ? 1 : 0);
        EngagementAnalysis direct = AnalysisJob.Analyze(memory, new() { Resamples = 0 });
        Assert.That(AnalysisJson.Text(view with { Source = "" }), Is.EqualTo(AnalysisJson.Text(direct with { Source = "" })));
    }
}
