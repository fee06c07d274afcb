using System.Globalization;
using System.Text.Json;
using Alignment.MLNet;
using Alignment.MLNet.Dose;
using Alignment.MLNet.Editing;
using Alignment.Onnx.Bundles;
using Alignment.Tests.MLNet.Pipelines;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.MLNet.Dose;

/// <summary>Measuring a run whose edits are painted, so that what should be found is known.</summary>
public sealed class DoseRunTests
{
    static readonly DoseOptions s_options = new()
    {
        Predictors = [new() { Predictor = "fine_grained" }, new()],
        Model = BundledModels.Tiny
    };

    TempFolder _temp = null!;
    string _run = "";
    DoseResult _result = null!;

    [OneTimeSetUp]
    public void Measure()
    {
        _temp = new TempFolder();
        _run = PaintedRun.Make(_temp);
        _result = DoseJob.Run(_run, s_options);
    }

    [OneTimeTearDown]
    public void Remove() => _temp.Dispose();

    sealed class Row
    {
        [ColumnName(SceneColumns.SceneImagePath)] public string Picture { get; set; } = "";

        [ColumnName(SceneColumns.KeywordMaskPath)] public string Mask { get; set; } = "";

        [ColumnName("after")] public string After { get; set; } = "";
    }

    [Test]
    public void EveryScene_HasTheSharesOfTheStages()
    {
        // PredictAttention and ScoreAlignment were there before, with tests of their own.
        var ml = new MLContext(seed: 1);
        var rows = SceneDose.Read(Path.Combine(_result.Folder, DoseFolder.CsvFile)).ToArray();
        Assert.That(rows, Has.Length.EqualTo(MiniDataSet.Scenes * 7 * 2));
        foreach (string predictor in new[] { "fine_grained", "spectral_residual.smoothed" })
        {
            SceneDose[] wanted = [.. rows.Where(r => r.Predictor == predictor)];
            var files = wanted.Select(r =>
            {
                int number = int.Parse(r.SceneId[^3..], CultureInfo.InvariantCulture);
                return new Row
                {
                    Picture = PaintedRun.Picture(_run, "baseline", r.VideoId, number),
                    After = PaintedRun.Picture(_run, r.Variant, r.VideoId, number),
                    Mask = PaintedRun.Mask(_temp["data"], r.VideoId, number)
                };
            });
            var data = ml.Data.LoadFromEnumerable(files);
            var options = new PredictAttentionOptions
            {
                InputColumn = "after",
                Width = PaintedRun.Size,
                Height = PaintedRun.Size,
                Predictor = new() { Predictor = predictor }
            };
            var made = ml.Alignment.LoadMap(LoadMapOptions.Mask with { Width = PaintedRun.Size, Height = PaintedRun.Size })
                .Append(ml.Alignment.BinarizeMask()).Append(ml.Alignment.PredictAttention(options)).Append(ml.Alignment.ScoreAlignment())
                .Append(ml.Alignment.MeasureDose(new()
                {
                    BeforeColumn = SceneColumns.SceneImagePath,
                    AfterColumn = "after",
                    Predictor = new() { Predictor = predictor }
                })).Fit(data).Transform(data);
            Assert.That(made.GetColumn<float>(SceneColumns.AttentionShare),
                Is.EqualTo(wanted.Select(r => (float)r.ShareAfter)).Within(1e-6f), predictor);
            Assert.That(made.GetColumn<float>(SceneColumns.AlignmentScore),
                Is.EqualTo(wanted.Select(r => (float)r.AlignmentAfter)).Within(1e-6f), predictor);
            Assert.That(made.GetColumn<float>(SceneColumns.PredictedShareBefore),
                Is.EqualTo(wanted.Select(r => (float)r.ShareBaseline)).Within(1e-6f), predictor);
            Assert.That(made.GetColumn<float>(SceneColumns.PredictedShareDifference),
                Is.EqualTo(wanted.Select(r => (float)r.ShareDifference)).Within(1e-6f), predictor);
        }
    }

    [Test]
    public void Report_HasTheMeansOfItsTable()
    {
        var rows = SceneDose.Read(Path.Combine(_result.Folder, DoseFolder.CsvFile))
            .Where(r => r.Predictor == "fine_grained" && r.HasProduct).ToArray();
        Assert.That(_result.Report.Counts,
            Is.EqualTo(new DoseCounts
            {
                Videos = 2,
                Scenes = 7,
                WithProduct = 6,
                WithoutProduct = 1,
                Pictures = 6 + MiniDataSet.DistinctControls
            }),
                "the stills of six scenes, and a picture for each control; without product the edit is the still");
        foreach (VariantDose v in _result.Report.Variants.Where(v => v.Predictor == "fine_grained" && v.Dose is not null))
        {
            SceneDose[] of = [.. rows.Where(r => r.Variant == v.Variant)];
            Assert.That(v.Dose!.Value, Is.EqualTo(of.Average(r => r.ShareAfter - r.ShareBaseline)).Within(1e-12), v.Variant);
            Assert.That(v.ShareBefore, Is.EqualTo(of.Average(r => r.ShareBefore)).Within(1e-12), v.Variant);
            Assert.That(v.TargetShare - v.TargetShareBaseline, Is.EqualTo(of.Average(r => r.Asked)).Within(1e-12), v.Variant);
            if (v.Manipulation is { } m)
            {
                SceneDose[] there = [.. of.Where(r => r.ActedOn)];
                Assert.That(m.PartOfAsked!.Value, Is.EqualTo(there.Sum(r => r.ShareDifference) / there.Sum(r => r.Asked)).Within(1e-12),
                    v.Variant);
                Assert.That(m.Scenes, Is.EqualTo(there.Length), v.Variant);
            }
            foreach (VideoDose video in _result.Report.Videos.Where(x => x.Variant == v.Variant && x.Predictor == "fine_grained"))
                Assert.That(video.Dose, Is.EqualTo(of.Where(r => r.VideoId == video.VideoId).Average(r => r.ShareDifference))
                    .Within(1e-12));
        }
    }

    [Test]
    public void Boosts_MovedUp_ReductionDown_PlaceboNot()
    {
        VariantDose boost = _result.Report.Of("full_boost")!, reduction = _result.Report.Of("reduction")!,
            placebo = _result.Report.Of("placebo")!;
        Assert.That(boost.Manipulation!.Verdict, Is.EqualTo(DoseVerdict.Shown), boost.Manipulation.Sentence);
        Assert.That(boost.Manipulation.RightWay, Is.EqualTo(6));
        Assert.That(reduction.DoseActedOn!.Value, Is.Negative);
        Assert.That(reduction.Manipulation!.PartOfAsked!.Value, Is.Positive, "a reduction that reduces gets a part of what it asks for");
        Assert.That(placebo.Placebo!.Verdict, Is.EqualTo(DoseVerdict.Shown), placebo.Placebo.Sentence);
        Assert.That(placebo.Placebo.Sentence,
            Does.Contain("equivalent to the baseline within ±1.00 point").And.Contain("predicted by fine_grained"));
        Assert.That(_result.Report.Sentences, Has.Count.EqualTo(2 * (1 + 5 + 4 + 1)));
        Assert.That(_result.Report.Sentences, Is.All.Contain("predicted by"), "never presented as measured");
        Assert.That(_result.Report.Sentences.Concat(_result.Report.Warnings).Append(_result.Report.Note), Is.All.Not.Contains("NaN"));
    }

    [Test]
    public void Windows_OnlyTheirScenesMoved()
    {
        foreach (string variant in new[] { "early_boost", "middle_boost", "late_boost", "reduction" })
        {
            VariantDose v = _result.Report.Of(variant)!;
            Assert.That(v.Window!.Verdict, Is.EqualTo(DoseVerdict.Shown), v.Window.Sentence);
            Assert.That((v.Window.Outside!.Value, v.Window.OutsideLargest, v.Window.OutsideIdentical),
                Is.EqualTo((0.0, 0.0, v.Window.Outside.Scenes)));
            Assert.That(v.Windows!.Where(w => w.Window != v.Window.Window).Select(w => w.Dose!.Value), Is.All.Zero);
        }
        Assert.That(_result.Report.Of("full_boost")!.Window, Is.Null);
    }

    [Test]
    public void Artifact_OfTheBaseline_IsThatOfItsPictures()
    {
        ArtifactCheck check = _result.Report.Artifacts[0];
        Assert.That((check.BackgroundMaxDifference, check.Unchanged, check.Scenes), Is.EqualTo((0, 0L, 6L)));
        // The editor wrote the same measure beside its pictures.
        var folder = new EditedFolder(_run);
        double[] psnr = [.. new[] { ("spot", 4), ("ad-2 é", 3) }.SelectMany(v => Enumerable.Range(1, v.Item2)
            .Select(n => folder.Record("baseline", v.Item1, FormattableString.Invariant($"{v.Item1}-Scene-{n:000}"))))
            .Select(r => JsonDocument.Parse(File.ReadAllText(r)).RootElement.GetProperty("facts").GetProperty("quality"))
            .Where(q => q.ValueKind == JsonValueKind.Object).Select(q => q.GetProperty("psnr_db").GetDouble())];
        Assert.That(check.PsnrDb, Is.EqualTo(psnr.Average()).Within(1e-9));
        Assert.That(check.PsnrDbLowest, Is.EqualTo(psnr.Min()));
        Assert.That(check.Lpips, Is.Positive);
        Assert.That(check.Sentence, Does.Contain("not LPIPS as published"), "a small trunk is called what it is");
    }

    [Test]
    public void Rerun_MeasuresNothing_AndTouchesNothing()
    {
        var before = Directory.GetFiles(_result.Folder, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.GetLastWriteTimeUtc);
        DoseResult again = DoseJob.Run(_run, s_options);
        Assert.That(again.Measured, Is.Zero);
        Assert.That(Directory.GetFiles(_result.Folder, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.GetLastWriteTimeUtc),
            Is.EqualTo(before));
        Assert.That(_result.Files, Has.Count.EqualTo(10));
        Assert.That(_result.Files, Is.All.Exist);
    }

    [Test]
    public void Stopped_ThenContinued_EndsWithTheSameBytes()
    {
        using var temp = new TempFolder();
        string run = PaintedRun.Copy(Path.Combine(_run, "variants_v3"), temp["run", "variants_v3"]);
        PaintedRun.Copy(Path.Combine(_run, EditedFolder.Name), temp["run", EditedFolder.Name]);
        using var stop = new CancellationTokenSource();
        Assert.That(() => DoseJob.Run(temp["run"], s_options, progress: new Stop(stop), cancellationToken: stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFiles(temp["run", DoseFolder.Name]), Is.Empty, "no report of half a run, no stray file");
        DoseResult continued = DoseJob.Run(temp["run"], s_options);
        Assert.That(continued.Measured, Is.InRange(1, MiniDataSet.Scenes - 1), "what was finished is not measured again");
        foreach (string file in _result.Files) Assert.That(File.ReadAllBytes(temp["run", DoseFolder.Name, Path.GetFileName(file)]),
            Is.EqualTo(File.ReadAllBytes(file)), Path.GetFileName(file));
    }

    sealed class Stop(CancellationTokenSource source) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
            if (value.Done == 2) source.Cancel();
        }
    }

    [Test]
    public void DamagedScenes_AreNamedAndCounted_TheRestIsMeasured()
    {
        using var temp = new TempFolder();
        PaintedRun.Copy(_run, temp["run"]);
        Directory.Delete(temp["run", DoseFolder.Name], recursive: true);
        var folder = new EditedFolder(temp["run"]);
        File.Delete(folder.Png("reduction", "spot", "spot-Scene-001"));
        PictureFile.WritePng(folder.Png("placebo", "spot", "spot-Scene-002"), new RgbPicture(1, 1, new byte[3]));
        string record = folder.Record("full_boost", "spot", "spot-Scene-003");
        File.WriteAllText(record, File.ReadAllText(record)
            .Replace("\"control_sha256\": \"", "\"control_sha256\": \"0", StringComparison.Ordinal));
        DoseResult result = DoseJob.Run(temp["run"], s_options with { Plots = false });
        Assert.That(result.HasFailures);
        Assert.That((result.Report.Counts.Failed, result.Report.Counts.WithProduct), Is.EqualTo((3L, 3L)));
        Assert.That(result.Report.Failures.Select(f => f.SceneId),
            Is.EqualTo(new[] { "spot-Scene-001", "spot-Scene-002", "spot-Scene-003" }));
        Assert.That(result.Report.Failures[0].Reason, Does.Contain("reduction").And.Contain("alignment edit"));
        Assert.That(result.Report.Failures[1].Reason, Does.Contain("placebo").And.Contain("its record does not know"));
        Assert.That(result.Report.Failures[2].Reason, Does.Contain("made again since"));
        Assert.That(result.Report.Warnings[0], Does.Contain("3 of 7 scenes could not be measured"));
        Assert.That(SceneDose.Read(Path.Combine(result.Folder, DoseFolder.CsvFile)).Select(r => r.SceneId).Distinct().Count(),
            Is.EqualTo(4));
    }

    [Test]
    public void OneVideo_SaysThatItSpeaksOfNoOther()
    {
        using var temp = new TempFolder();
        PaintedRun.Copy(_run, temp["run"]);
        foreach (string variant in Directory.GetDirectories(new EditedFolder(temp["run"]).Root))
            if (Directory.Exists(Path.Combine(variant, "ad-2 é"))) Directory.Delete(Path.Combine(variant, "ad-2 é"), recursive: true);
        DoseReport report = DoseJob.Run(temp["run"], new() { Predictors = [new() { Predictor = "fine_grained" }], Plots = false }).Report;
        Assert.That(report.Of("full_boost")!.Dose!.Method, Is.EqualTo(IntervalMethod.ScenesOfOneVideo));
        Assert.That(report.Of("full_boost")!.Manipulation!.Sentence, Does.EndWith("says nothing of other videos."));
        Assert.That(report.Of("late_boost")!.DoseActedOn,
            Is.EqualTo(report.Of("late_boost")!.DoseActedOn! with { Method = IntervalMethod.None, Low = null, High = null, P = null }),
            "one scene allows no interval");
        Assert.That(report.Lpips, Is.Null, "no model was given");
    }

    [Test]
    public void WhatCannotBeMeasured_IsRefused()
    {
        using var temp = new TempFolder();
        Assert.That(() => DoseJob.Run(temp["nothing"]), Throws.InstanceOf<BadDataException>().With.Message.Contains("alignment variants"));
        PaintedRun.Copy(Path.Combine(_run, "variants_v3"), temp["run", "variants_v3"]);
        Assert.That(() => DoseJob.Run(temp["run"]), Throws.InstanceOf<BadDataException>().With.Message.Contains("alignment edit"));
        Directory.CreateDirectory(temp["run", EditedFolder.Name]);
        Assert.That(() => DoseJob.Run(temp["run"]),
            Throws.InstanceOf<BadDataException>().With.Message.Contains("No scene could be measured"));
        Assert.That(Directory.GetFiles(temp["run", DoseFolder.Name]), Is.Empty);
        Assert.That(() => DoseJob.Run(_run, new() { Margin = 0 }),
            Throws.InstanceOf<UsageException>().With.Message.Contains("DoseOptions.Margin"));
        Assert.That(() => DoseJob.Run(_run, new() { Predictors = [new() { Predictor = "gaze" }] }),
            Throws.InstanceOf<UsageException>().With.Message.Contains("fine_grained"));
        Assert.That(() => DoseJob.Run(_run, new() { Predictors = [new(), new()] }),
            Throws.InstanceOf<UsageException>().With.Message.Contains("twice"));
    }
}
