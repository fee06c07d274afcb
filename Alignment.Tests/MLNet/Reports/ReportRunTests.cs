using System.Text.RegularExpressions;
using Alignment.MLNet.Dose;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Engagement;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Engagement.Planning;
using Alignment.MLNet.Pipelines;
using Alignment.MLNet.Reports;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Onnx.Bundles;
using Alignment.Tests.MLNet.Dose;
using Alignment.Tests.MLNet.Editing;
using Alignment.Tests.MLNet.Pipelines;
using Alignment.Transforms.Attention;

namespace Alignment.Tests.MLNet.Reports;

[Parallelizable(ParallelScope.Self)]
public sealed class ReportRunTests
{
    static readonly TempFolder s_temp = new();
    static string s_run = "";

    /// <summary>One small run for all tests, without a report; each works on a copy.</summary>
    [OneTimeSetUp]
    public void RunOnce()
    {
        string data = MiniDataSet.Write(s_temp["data"]);
        ExperimentResult made = ExperimentJob.Run(data, BundledModels.Tiny, s_temp["run"],
            RunInOtherProcess.OptionsFor(data) with { EngagementFile = null, Dose = null, Report = null });
        Assert.That(made.Report, Is.Null);
        Assert.That(Directory.Exists(s_temp["run", "report"]), Is.False);
        s_run = made.Output;
    }

    [OneTimeTearDown]
    public void Remove() => s_temp.Dispose();

    static string Copy(TempFolder temp)
    {
        foreach (string file in Directory.GetFiles(s_run, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(temp["run"], Path.GetRelativePath(s_run, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        return temp["run"];
    }

    static string Page(ReportResult report) => File.ReadAllText(report.Html);

    /// <summary>What a reader sees: no tags, no pictures.</summary>
    static string Text(string page) =>
        System.Net.WebUtility.HtmlDecode(Regex.Replace(page[page.IndexOf("<body>", StringComparison.Ordinal)..], "<[^>]*>", ""));

    /// <summary>Tags that browsers close by themselves are closed here; every element is closed in order, so that it is XML too.</summary>
    static void IsWellFormed(string page) =>
        Assert.That(() => System.Xml.Linq.XDocument.Parse(page[page.IndexOf("<html", StringComparison.Ordinal)..]), Throws.Nothing);

    [Test]
    public void Report_OfARun_IsOnePageThatNeedsNothing_AndSaysWhatIsMissing()
    {
        using var temp = new TempFolder();
        ReportResult report = ReportJob.Run(Copy(temp));
        string page = Page(report), text = Text(page);
        IsWellFormed(page);
        Assert.That(page, Does.Not.Contain("<script").And.Not.Contain("http:").And.Not.Contain("https:").And.Not.Contain(
            "<link").And.Contain("default-src &#39;none&#39;"));
        foreach (Match m in Regex.Matches(page, "(?:src|href)=\"([^\"]{1,60})"))
            Assert.That(m.Groups[1].Value, Does.StartWith("data:image/jpeg;base64,").Or.StartWith("#").Or.StartWith("tables/"));
        foreach (Match m in Regex.Matches(page, "href=\"(tables/[^\"]+)\""))
            Assert.That(File.Exists(Path.Combine(Path.GetDirectoryName(report.Html)!, m.Groups[1].Value)), m.Value);

        Assert.That(report.Missing.Select(m => m.What),
            Is.EqualTo(new[] { "the dose: how far attention really moved", "the analysis of engagement" }));
        Assert.That(text, Does.Contain($"alignment dose --run {temp["run"]}").And.Contain("alignment analyze --engagement FILE"));
        Assert.That(text, Does.Contain("ad-2 é, scene 2").And.Contain("red ball").And.Contain("attention of unknown origin").And.Contain(
            "There are only 2 videos").And.Contain("DPM-Solver++").And.Contain("All 7 scenes."));
        Assert.That((report.ScenesShown, report.Scenes), Is.EqualTo((MiniDataSet.Scenes, (long)MiniDataSet.Scenes)));
        Assert.That(text, Does.Not.Contain("SIMULATED").And.Not.Contain("NaN").And.Not.Contain("∞"));
    }

    [Test]
    public void Report_Again_DoesNothing_AndElsewhereHasTheSameBytes()
    {
        using var temp = new TempFolder();
        using var other = new TempFolder();
        string run = Copy(temp);
        Assert.That(ReportJob.Run(run).Made);
        var before = Snapshot.Of(run);
        var times = Snapshot.Times(run);
        Assert.That(ReportJob.Run(run).Made, Is.False);
        Assert.That(Snapshot.Of(run), Is.EqualTo(before));
        Assert.That(Snapshot.Times(run).Where(t => times[t.Key] != t.Value).Select(t => t.Key), Is.EqualTo(new[] { RunLock.FileName }));
        // The commands that make what is missing name the folder; nothing else does.
        string page = Page(ReportJob.Run(Copy(other)));
        Assert.That(page.Replace(other["run"], run, StringComparison.Ordinal),
            Is.EqualTo(File.ReadAllText(Path.Combine(run, "report", "report.html"))));
        Assert.That(ReportJob.Run(run, new() { ScenesShown = 2 }).Made, "other options, another page");
    }

    [Test]
    public void Contact_FewScenesOfMany_AreSpreadAndTheRestIsCounted()
    {
        using var temp = new TempFolder();
        ReportResult report = ReportJob.Run(Copy(temp), new() { ScenesShown = 2 });
        string text = Text(Page(report));
        Assert.That(report.ScenesShown, Is.EqualTo(2));
        // One of each video, its middle: scene 2 of three, scene 3 of four (windows 0, 0, 1, 2).
        Assert.That(text, Does.Contain("2 of 7 scenes").And.Contain("the other 5 are in edited_scenes").And.Contain(
            "ad-2 é, scene 2").And.Contain("spot, scene 3").And.Not.Contain("spot, scene 1"));
        Assert.That(SceneChoice.Shares([4, 3, 100], 9), Is.EqualTo(new[] { 3, 3, 3 }));
        Assert.That(SceneChoice.Shares([1, 3, 100], 9), Is.EqualTo(new[] { 1, 3, 5 }));
        Assert.That(SceneChoice.Shares([4, 3], 1), Is.EqualTo(new[] { 1, 0 }));
        Assert.That(SceneChoice.Shares([2, 1], 50), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(() => ReportJob.Run(temp["run"], new() { ScenesShown = -1 }), Throws.TypeOf<UsageException>());
    }

    [Test]
    public void Contact_MorePicturesThanFit_ShowsFewerAndSaysSo()
    {
        using var temp = new TempFolder();
        string run = Copy(temp);
        ReportResult all = ReportJob.Run(run, new() { ScenesShown = 7 }),
            few = ReportJob.Run(run, new() { ScenesShown = 7, PictureMegabytes = 0.05 });
        Assert.That(all.ScenesShown, Is.EqualTo(7), "sixteen megabytes are plenty");
        Assert.That(few.ScenesShown, Is.InRange(1, 4), "a scene here is 10 to 40 kB");
        Assert.That(Text(Page(few)),
            Does.Contain($"{few.ScenesShown} of 7 scenes").And.Contain(
            "Asked for were 7; no more fit into 0.05 megabytes of pictures: --picture-megabytes"));
        Assert.That(Page(few), Does.Contain("href=\"tables/scenes.csv\""));
        Assert.That(() => ReportJob.Run(run, new() { PictureMegabytes = 0 }),
            Throws.TypeOf<UsageException>().With.Message.Contains("ReportOptions.PictureMegabytes"));
    }

    [Test]
    public void Dose_OnThePage_IsTheDosesOwnPlots()
    {
        using var temp = new TempFolder();
        string run = Copy(temp);
        DoseReport dose = DoseSample.Report();
        dose.Write(new DoseFolder(Path.Combine(run, DoseFolder.Name)));
        string[] files = [.. DosePlots.Write(temp.Path, dose).Where(f => f.EndsWith(".svg", StringComparison.Ordinal))];
        string page = Page(ReportJob.Run(run)), text = Text(page);
        IsWellFormed(page);
        Assert.That(files, Is.Not.Empty);
        foreach (string file in files)
            Assert.That(text, Does.Contain(string.Concat(System.Xml.Linq.XDocument.Load(file).Descendants()
                .First(e => e.Name.LocalName == "text" && e.Value.Length > 5
                && (e.Value.StartsWith("Dose", StringComparison.Ordinal)
                || e.Value.StartsWith("Target and", StringComparison.Ordinal))).Value)), file);
        // 0.05 with the interval 0.03 to 0.07, in points.
        Assert.That(text, Does.Contain("+5.00 [3.00, 7.00]").And.Contain("predicted by fine_grained"));
    }

    [Test]
    public void Engagement_WithMarkupInIdAndMetric_StaysText_AndTablesRunNoFormula()
    {
        using var temp = new TempFolder();
        string run = Copy(temp), csv = temp["e.csv"];
        const string metric = "<script>alert(1)</script>", id = "\"><img src=x onerror=alert(2)>";
        var rows = new List<string> { $"video_id,variant,\"{metric}\",=cmd()" };
        for (int i = 0; i < 12; i++)
            foreach (string variant in new[] { "baseline", "early_boost", "placebo" })
                rows.Add($"\"{id.Replace("\"", "\"\"", StringComparison.Ordinal)}{i % 4}\",{variant},"
                    + $"{(variant == "early_boost" ? 1 : 0) + i % 3},{i}");
        rows.Add("<b>bad</b>,early_bost,1,2");
        File.WriteAllLines(csv, rows);
        AnalysisJob.Run(csv, Path.Combine(run, "analysis"));
        ReportResult report = ReportJob.Run(run);
        string page = Page(report);
        IsWellFormed(page);
        Assert.That(page, Does.Not.Contain("<script").And.Not.Contain("<img src=x").And.Not.Contain("<b>bad"));
        Assert.That(Text(page), Does.Contain(metric).And.Contain("=cmd()").And.Contain("early_bost").And.Contain(
            "Nothing was pre-registered"));
        foreach (string table in report.Tables.Where(t => t.EndsWith(".csv", StringComparison.Ordinal)))
            foreach (string line in File.ReadLines(Path.Combine(report.TablesFolder, table)))
                Assert.That(line, Does.Not.StartWith("=").And.Not.Contain(",=cmd"), table);
        Assert.That(ReportTables.T("=1+1"), Is.EqualTo("'=1+1"));
        Assert.That(new[] { "-3.5", "+x", "x", "" }.Select(ReportTables.T), Is.EqualTo(new[] { "-3.5", "'+x", "x", "" }));
    }

    [Test]
    public void Engagement_SimulatedAndPlanned_IsCalledSoEverywhere_AndStandsApart()
    {
        using var temp = new TempFolder();
        string run = Copy(temp), csv = temp["sim.csv"], plan = temp["plan.json"];
        EngagementSimulation.Write(csv, new() { Videos = ["spot", "ad-2 é"], RowsPerCell = 40 });
        PlanFile.Write(plan, new AnalysisPlan
        {
            Title = "A study",
            Metrics = ["CTR"],
            Margins = [new("CTR", 0.006)]
        }.WithUsualHypotheses());
        EngagementAnalysis found = AnalysisJob.Run(csv, Path.Combine(run, "analysis"), inputs: new() { PlanFile = plan });
        ReportResult report = ReportJob.Run(run);
        string page = Page(report), text = Text(page);
        IsWellFormed(page);
        Assert.That(page, Does.Contain("<title>Alignment report – SIMULATED engagement</title>"));
        Assert.That(text, Does.Contain("SIMULATED ENGAGEMENT DATA").And.Contain("What viewers did (SIMULATED)").And.Contain(
            "The engagement data is simulated."));
        // Every sentence of the analysis' main answers, as it is; those of the plan under a heading of their own, before those explored.
        foreach (Finding f in found.Metrics.SelectMany(m => m.Comparisons.Select(c => c.Result)))
            Assert.That(text, Does.Contain(f.Sentence));
        int planned = text.IndexOf("Pre-registered", StringComparison.Ordinal),
            explored = text.IndexOf("Explored: variants against each other", StringComparison.Ordinal);
        Assert.That(planned, Is.GreaterThan(0).And.LessThan(explored));
        Assert.That(Regex.Count(page, "class=\"marker c1\""), Is.GreaterThan(0), "filled: pre-registered");
        Assert.That(Regex.Count(page, "class=\"marker hollow c1\""), Is.GreaterThan(0), "hollow: explored");
        Assert.That(report.Tables, Does.Contain("findings.csv").And.Contain("sensitivity.csv").And.Contain("analysis.json"));
    }

    [Test]
    public void Report_WithFailedAndMissingAndDamagedParts_SaysSo()
    {
        using var temp = new TempFolder();
        string run = Copy(temp);
        var edited = new EditedFolder(run);
        File.Delete(edited.Png("early_boost", "spot", "spot-Scene-001"));
        File.Delete(edited.Record("early_boost", "spot", "spot-Scene-001"));
        Directory.Delete(Path.Combine(run, "videos"), recursive: true);
        File.WriteAllText(Path.Combine(run, "variants_v3", "statistics.json"), "{ \"baseline\": ");
        Directory.CreateDirectory(Path.Combine(run, "analysis"));
        File.WriteAllText(Path.Combine(run, "analysis", "analysis.json"), "{ \"format\": \"other\" }");
        string manifest = edited.ManifestPath;
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"failed\": 0", "\"failed\": 2", StringComparison.Ordinal)
            .Replace("\"failures\": []", "\"failures\": [{ \"video_id\": \"v\", \"scene_id\": \"s\", \"reason\": \"a <i>reason</i>\" }]",
            StringComparison.Ordinal));
        ReportResult report = ReportJob.Run(run);
        string page = Page(report), text = Text(page);
        IsWellFormed(page);
        Assert.That(report.Unreadable, Has.Count.EqualTo(2).And.Some.Contains("statistics.json").And.Some.Contains("analysis.json"));
        Assert.That(text, Does.Contain("not edited: see the failures").And.Contain("2 scenes could not be edited").And.Contain(
            "a <i>reason</i>").And.Contain("alignment assemble --edited").And.Contain("cannot be read; see above"));
    }

    [Test]
    public void Report_PicturesThatCannotBeRead_AreNamedOnThePageAndInTheResultUntilRepaired()
    {
        using var temp = new TempFolder();
        string run = Copy(temp);
        var edited = new EditedFolder(run);
        string damaged = edited.Png("early_boost", "spot", "spot-Scene-001"), gone = edited.Png("late_boost", "spot", "spot-Scene-004"),
            map = VariantSet.Open(run).Video("spot").SelectMany(s => s)
            .First(s => s.Variant == Variant.Named("reduction") && s.Modified).AttentionMapPath;
        byte[] good = File.ReadAllBytes(damaged), goodMap = File.ReadAllBytes(map), lost = File.ReadAllBytes(gone);
        File.WriteAllBytes(damaged, good[..(good.Length / 2)]);
        File.WriteAllText(map, "no map");
        File.Delete(gone);

        ReportResult report = ReportJob.Run(run), again = ReportJob.Run(run);

        IsWellFormed(Page(report));
        string text = Text(Page(report));
        foreach (string file in new[] { damaged, gone, map })
        {
            Assert.That(report.Unreadable, Has.Some.Contains(Path.GetFileName(file)));
            Assert.That(text, Does.Contain(Path.GetFileName(file)));
        }
        Assert.That(text, Does.Contain("3 files of these pictures cannot be read").And.Contain("after the edit: cannot be read"));
        Assert.That(again.Unreadable, Is.EqualTo(report.Unreadable), "told again, not hidden behind a page that is there");

        File.WriteAllBytes(damaged, good);
        File.WriteAllBytes(gone, lost);
        File.WriteAllBytes(map, goodMap);
        Assert.That(ReportJob.Run(run).Unreadable, Is.Empty);
        Assert.That(ReportJob.Run(run).Made, Is.False);
    }

    [Test]
    public void Report_OfAssignedParticipants_ShowsTheirCountsBesideRows()
    {
        using var temp = new TempFolder();
        string run = Copy(temp);
        // Two rows of each participant; 60 see the baseline, 40 the placebo, and two both.
        string[] seen = [.. Enumerable.Repeat("baseline", 60), .. Enumerable.Repeat("placebo", 40)];
        File.WriteAllText(temp["e.csv"], "participant_id,video_id,variant,CTR\n"
            + string.Concat(seen.SelectMany((v, i) => new[] { 0,
            1 }.Select(k => FormattableString.Invariant($"p{i},v{k},{v},{(i + k) % 7}\n"))))
            + "x,v0,baseline,1\nx,v1,placebo,1\ny,v0,baseline,1\ny,v1,placebo,2\n");
        AnalysisJob.Run(temp["e.csv"], Path.Combine(run, "analysis"));

        string page = Page(ReportJob.Run(run)), table =
            page[page.IndexOf("Rows and participants of each variant", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("</details>", StringComparison.Ordinal)];

        string[] rows = [.. Regex.Matches(table, "<tr>(.*?)</tr>", RegexOptions.Singleline)
            .Select(m => string.Join(' ', Regex.Matches(m.Value, "<t[hd][^>]*>(.*?)</t[hd]>")
            .Select(c => Regex.Replace(c.Value, "<[^>]*>", ""))))];
        Assert.That(rows[0], Is.EqualTo("variant rows videos participants counted share of participants expected share found"));
        Assert.That(rows, Has.Some.Matches<string>(r => Regex.IsMatch(r!,
            "^baseline 122 2 60 50.* 60")).And.Some.Matches<string>(r => Regex.IsMatch(r!, "^placebo 82 2 40 50.* 40")));
        Assert.That(table, Does.Contain("2 participants seen in several variants are not counted."));
    }

    [Test]
    public void Report_OfWhatIsNoRun_IsRefusedAndLeavesNothing()
    {
        using var temp = new TempFolder();
        Assert.That(() => ReportJob.Run(temp["absent"]), Throws.TypeOf<BadDataException>().With.Message.Contains("no such folder"));
        Directory.CreateDirectory(temp["empty"]);
        Assert.That(() => ReportJob.Run(temp["empty"]),
            Throws.TypeOf<BadDataException>().With.Message.Contains("nothing that a run leaves"));
        Assert.That(Directory.GetFileSystemEntries(temp["empty"]), Is.Empty);
    }

    [Test]
    public void Report_WithVideos_HoldsSmallCopies_AsManyAsFit()
    {
        using var temp = new TempFolder();
        string run = Copy(temp);
        ReportResult report = ReportJob.Run(run, new() { ScenesShown = 0, Videos = true, VideoWidth = 64 });
        Assert.That(report.VideosShown, Is.EqualTo(14));
        Assert.That(Regex.Count(Page(report), "<video src=\"data:video/mp4;base64,"), Is.EqualTo(14));
        IsWellFormed(Page(report));
        ReportResult none = ReportJob.Run(run, new() { ScenesShown = 0, Videos = true, VideoWidth = 64, VideoMegabytes = 0.001 });
        Assert.That(none.VideosShown, Is.Zero);
        Assert.That(Text(Page(none)), Does.Contain("2 videos have no copy here"));
    }

    [Test]
    public void DoseLine_RunsThroughThePoints_InTheirOwnUnits()
    {
        // On y = 1 + 2x whatever the weights; a point without error has no finite weight, so there is no line.
        DosePoint Point(double x, double y, double error) => new("v", x, y, error, null);
        var line = ReportPage.Fit([Point(0, 1, 0.1), Point(0.01, 1.02, 0.5), Point(-0.02, 0.96, 0.2)]);
        Assert.That(line!.Value.Intercept, Is.EqualTo(1).Within(1e-12));
        Assert.That(line.Value.Slope, Is.EqualTo(2).Within(1e-9));
        Assert.That(ReportPage.Fit([Point(0, 1, 0), Point(1, 2, 1)]), Is.Null);
        Assert.That(ReportPage.Fit([Point(1, 1, 1), Point(1, 2, 1)]), Is.Null, "all at one dose");
    }

    [TestCase(3.3049, -2.324, 8.933, "+3.30 [\u22122.32, 8.93]")]
    [TestCase(0.0, 0.0, 0.0, "0.00")]
    [TestCase(-0.001, -0.002, 0.001, "0.00 [0.00, 0.00]")]
    [TestCase(-11.226, null, null, "\u221211.23")]
    public void Points_HaveHundredths_AndNoIntervalWhereNothingVaries(double at, double? low, double? high, string expected) =>
        Assert.That(ReportWords.Points(at, low, high), Is.EqualTo(expected));

    [Test]
    public void Names_OfVariants_AreWords_OfPredictorsStay()
    {
        Assert.That(ReportWords.Named("early_boost"), Is.EqualTo("early boost"));
        Assert.That(ReportWords.Named("predicted by fine_grained.smoothed"), Is.EqualTo("predicted by fine_grained.smoothed"));
    }
}
